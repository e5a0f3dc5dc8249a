"""Certificates of stations, and what a station must show to be given one.

Improved security for OCPP 1.6-J, sections 4.1.4 and 4.5; OCPP 2.0.1, A00 and A02. The subject's
common name is the station's id, its organisation that of the company; keys are as strong as RSA
with 2,048 bits.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

SMALLEST_RSA = 2048
SMALLEST_CURVE = 224
"""Bits."""


class CertificateState(StrEnum):
    """How far a certificate has come."""

    ISSUED = "issued"
    """On its way to the station."""
    ACCEPTED = "accepted"
    """The station has it."""
    REJECTED = "rejected"
    """The station does not want it."""
    USED = "used"
    """The station has shown it."""
    REVOKED = "revoked"
    """A newer one is used: this one admits nobody any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationCertificate:
    """One that was issued to a station."""

    id: UUID
    station_id: str
    serial: str
    """In hex."""
    chain: str
    """PEM: the station's own, then those it was signed by."""
    request_digest: bytes
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Revoked:
    """One that counts no more, before its end."""

    serial: str
    """In hex."""
    at: datetime


class UnacceptableRequestError(Exception):
    """A signing request that nobody may sign; says why."""


def signing_request(
    text: str, station_id: str, organisation: str | None
) -> x509.CertificateSigningRequest:
    """A PKCS #10 request in PEM, checked; raises `UnacceptableRequestError`.

    `organisation`: None when any will do.
    """
    try:
        request = x509.load_pem_x509_csr(text.encode())
        is_signed = request.is_signature_valid
        key = request.public_key()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise UnacceptableRequestError("no PKCS #10 request in PEM") from error
    if not is_signed:
        raise UnacceptableRequestError("not signed with its own key")
    names = _subject(request, NameOID.COMMON_NAME)
    if names != [station_id]:
        raise UnacceptableRequestError(f"the common name is not {station_id}")
    if organisation is not None and _subject(request, NameOID.ORGANIZATION_NAME) != [organisation]:
        raise UnacceptableRequestError(f"the organisation is not {organisation}")
    match key:
        case rsa.RSAPublicKey() if key.key_size >= SMALLEST_RSA:
            return request
        case ec.EllipticCurvePublicKey() if key.curve.key_size >= SMALLEST_CURVE:
            return request
        case _:
            raise UnacceptableRequestError("the key is too weak, or of no known kind")


def digest(text: str) -> bytes:
    """Of a request: the same for a repeated one."""
    return sha256(text.strip().encode()).digest()


def serial(certificate: x509.Certificate) -> str:
    """As it is kept."""
    return f"{certificate.serial_number:x}"


def _subject(request: x509.CertificateSigningRequest, name: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in request.subject.get_attributes_for_oid(name)]
