"""An authority of clients, the certificates it issues, and those that it takes back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


class ClientAuthority:
    """Everything in PEM."""

    def __init__(self, common: str = "Clients") -> None:
        self._name, self._key = name(common), ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed(self._name, self._key.public_key(), is_authority=True)

    def issue(self, common: str, folder: Path, *, ends_in: timedelta = DAY) -> tuple[Path, int]:
        """File of a certificate and its key, and its serial number."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(name(common), key.public_key(), ends_in=ends_in)
        file = folder / f"{common}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        file.write_text(private + certificate)
        serial = x509.load_pem_x509_certificate(certificate.encode()).serial_number
        return file, serial

    def revoked(self, *serials: int) -> str:
        now = datetime.now(UTC)
        listed = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(now)
            .next_update(now + DAY)
        )
        for serial in serials:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
            listed = listed.add_revoked_certificate(one.build())
        return listed.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        is_authority: bool = False,
        ends_in: timedelta = DAY,
    ) -> str:
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - 2 * DAY)
            .not_valid_after(datetime.now(UTC) + ends_in)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM).decode()
