"""Who issues contracts of vehicles, and who says whether they are revoked (ISO 15118)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from services.charging.application.ports import UnavailableError
from tests.charging.authority import name
from tests.charging.examples import Payload

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
RESPONDER = "http://ocsp.example.com/contracts"


@dataclass(frozen=True)
class Holder:
    """A certificate with its key and its issuer; a root has issued its own."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    issuer: x509.Certificate

    def issue(
        self,
        common: str,
        *,
        is_authority: bool = False,
        days: int = 365,
        responder: str | None = RESPONDER,
        usage: Sequence[x509.ObjectIdentifier] = (),
    ) -> "Holder":
        return _issued(common, self, is_authority, days, responder, usage)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def hash_data(self) -> Payload:
        """As a station tells of it."""
        algorithm = hashes.SHA256()
        builder = ocsp.OCSPRequestBuilder()
        told = builder.add_certificate(self.certificate, self.issuer, algorithm).build()
        return {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": told.issuer_name_hash.hex(),
            "issuerKeyHash": told.issuer_key_hash.hex(),
            "serialNumber": f"{told.serial_number:X}",
            "responderURL": RESPONDER,
        }


def root(common: str = "Root") -> Holder:
    return _issued(common, None, True, 3650, None, ())


def _issued(
    common: str,
    by: Holder | None,
    is_authority: bool,
    days: int,
    responder: str | None,
    usage: Sequence[x509.ObjectIdentifier],
) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name(by.certificate.subject if by else name(common))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
    )
    if responder is not None:
        place = x509.UniformResourceIdentifier(responder)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    certificate = builder.sign(by.key if by else key, hashes.SHA256())
    return Holder(certificate, key, by.certificate if by else certificate)


def appointed(by: Holder, *usage: x509.ObjectIdentifier) -> Holder:
    """A responder of somebody's own."""
    return by.issue("Responder", responder=None, usage=usage or [ExtendedKeyUsageOID.OCSP_SIGNING])


@dataclass
class Responder:
    """Answers for all that it knows; signed by whoever has issued them, or by `signs`."""

    holders: Sequence[Holder]
    issuers: Sequence[Holder]
    revoked: list[x509.Certificate] = field(default_factory=list)
    signs: Holder | None = None
    is_away: bool = False

    async def __call__(self, _url: str, request: bytes) -> bytes:
        if self.is_away:
            raise UnavailableError("the responder is away")
        asked = ocsp.load_der_ocsp_request(request)
        [holder] = [
            one for one in self.holders if one.certificate.serial_number == asked.serial_number
        ]
        [issuer] = [one for one in self.issuers if one.certificate == holder.issuer]
        is_revoked = holder.certificate in self.revoked
        signs = self.signs or issuer
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=holder.certificate,
            issuer=issuer.certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if is_revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=NOW,
            next_update=NOW + timedelta(hours=1),
            revocation_time=NOW if is_revoked else None,
            revocation_reason=None,
        )
        by = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signs.certificate)
        if self.signs:
            by = by.certificates([signs.certificate])
        return by.sign(signs.key, hashes.SHA256()).public_bytes(Encoding.DER)
