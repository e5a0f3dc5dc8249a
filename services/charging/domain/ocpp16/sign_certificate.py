"""``SignCertificate`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp16.types import Message


class SignCertificate(Message, frozen=True, kw_only=True):
    """The station wants a certificate; `csr` is a PKCS #10 request in PEM."""

    csr: Annotated[str, msgspec.Meta(max_length=5500)]


class SignCertificateResponse(Message, frozen=True, kw_only=True):
    """Accepted: the certificate will come by ``CertificateSigned``."""

    status: Literal["Accepted", "Rejected"]
