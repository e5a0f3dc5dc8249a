"""``CertificateHashData`` (Improved security for OCPP 1.6-J, section 6)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp16.types import Message

CertificateUse = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
_Hash = Annotated[str, msgspec.Meta(max_length=128)]


class CertificateHashData(Message, frozen=True, kw_only=True):
    """Which certificate; hashes in hexadecimal, as in OCSP (RFC 6960, section 4.1.1)."""

    hash_algorithm: Literal["SHA256", "SHA384", "SHA512"]
    issuer_name_hash: _Hash
    issuer_key_hash: _Hash
    serial_number: Annotated[str, msgspec.Meta(max_length=40)]
