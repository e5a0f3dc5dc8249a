"""``CertificateSigned`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp16.types import Message


class CertificateSigned(Message, frozen=True, kw_only=True):
    """The station's new certificate, in PEM, with those it was signed by."""

    certificate_chain: Annotated[str, msgspec.Meta(max_length=10_000)]


class CertificateSignedResponse(Message, frozen=True, kw_only=True):
    """Whether the station will use it."""

    status: Literal["Accepted", "Rejected"]
