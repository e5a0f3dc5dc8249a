"""The front door's own authority: what its certificates are checked against, instead of ACM's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_VALID = timedelta(days=30)
"""Both are made anew at each start."""


class Authority:
    """Issues certificates for the names of load balancers; its own is in ``authority.pem``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("The embedded AWS's front door")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = self._signed(
            self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0)
        )
        fresh = folder / "authority.pem.new"
        fresh.write_bytes(own.public_bytes(Encoding.PEM))
        fresh.replace(folder / "authority.pem")

    def issue(self, host: str) -> Path:
        """File of a certificate for the host, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(
            _name(host[:64]),
            key.public_key(),
            x509.SubjectAlternativeName([x509.DNSName(host)]),
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self._folder / "host.pem"
        file.touch(mode=0o600)
        file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        return file

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, says: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + _VALID)
            .add_extension(says, critical=isinstance(says, x509.BasicConstraints))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
