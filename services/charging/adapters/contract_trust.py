"""Whether the certificate of a vehicle's contract counts: its chain, and what OCSP says of it."""

from collections.abc import Sequence
from itertools import pairwise

from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from services.charging.adapters.certificate_chain import path
from services.charging.adapters.ocsp_answers import is_named, is_signed, question
from services.charging.application.ports import CertificateStatuses, Clock, UntrustedError
from services.charging.domain.ocpp201.certificate_hash_data import OCSPRequestData


class ContractTrust:
    """Trusts what the authorities of an environment have issued, and nobody has revoked."""

    def __init__(self, authorities: str, statuses: CertificateStatuses, clock: Clock) -> None:
        """`authorities`: PEM of roots, and of those under them that issue contracts."""
        known = x509.load_pem_x509_certificates(authorities.encode())
        self._roots = [one for one in known if one.issuer == one.subject]
        self._between = [one for one in known if one.issuer != one.subject]
        self._statuses = statuses
        self._clock = clock

    async def check(
        self, emaid: str, certificate: str | None, asked: Sequence[OCSPRequestData]
    ) -> None:
        """Return when the contract counts; raises `UntrustedError`, `UnavailableError`.

        Without `certificate` the station has checked the chain, and that the vehicle has its key.
        """
        known = [*self._roots, *self._between]
        if certificate is not None:
            chain = self._chain(emaid, certificate)
            known = [*known, *chain[1:]]
            asked = [*asked, *_questions(chain)]
        if not asked:
            raise UntrustedError("NoCertificateAvailable", "nobody tells whether it is revoked")
        for one in asked:
            await self._check_status(one, known)

    def _chain(self, emaid: str, certificate: str) -> list[x509.Certificate]:
        try:
            told = x509.load_pem_x509_certificates(certificate.encode())
        except ValueError as error:
            raise UntrustedError("CertChainError", "certificate: none in PEM") from error
        names = told[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if [_plain(str(name.value)) for name in names] != [_plain(emaid)]:
            raise UntrustedError("CertChainError", "the contract of somebody else")
        return path(told[0], [*told[1:], *self._between], self._roots, self._clock())

    async def _check_status(
        self, asked: OCSPRequestData, known: Sequence[x509.Certificate]
    ) -> None:
        issuer = next((one for one in known if is_named(one, asked)), None)
        if issuer is None:
            raise UntrustedError("CertChainError", "issued by nobody who is trusted")
        said = ocsp.load_der_ocsp_response(await self._statuses.status(asked))
        if not is_signed(said, issuer, self._clock()):
            raise UntrustedError("SignatureError", "the responder's answer is not signed for it")
        if said.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            raise UntrustedError("CertificateRevoked", f"{asked.serial_number} is revoked")
        if said.certificate_status is not ocsp.OCSPCertStatus.GOOD:
            raise UntrustedError("CertChainError", f"{asked.serial_number} is not known")


def _questions(chain: Sequence[x509.Certificate]) -> list[OCSPRequestData]:
    """Of all but the root; raises `UntrustedError` for one that names no responder."""
    asked = [question(*pair) for pair in pairwise(chain)]
    if any(one is None for one in asked):
        raise UntrustedError("NoCertificateAvailable", "nobody tells whether it is revoked")
    return [one for one in asked if one is not None]


def _plain(emaid: str) -> str:
    """Hyphens and case make no difference (ISO 15118-2, annex H)."""
    return emaid.replace("-", "").upper()
