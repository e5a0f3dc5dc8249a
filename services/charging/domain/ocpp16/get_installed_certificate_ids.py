"""``GetInstalledCertificateIds`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp16.certificate_hash_data import (
    CertificateHashData,
    CertificateUse,
)
from services.charging.domain.ocpp16.types import Message


class GetInstalledCertificateIds(Message, frozen=True, kw_only=True):
    """Whom does the station trust?"""

    certificate_type: CertificateUse


class GetInstalledCertificateIdsResponse(Message, frozen=True, kw_only=True):
    """The certificates, when there are any."""

    status: Literal["Accepted", "NotFound"]
    certificate_hash_data: (
        Annotated[list[CertificateHashData], msgspec.Meta(min_length=1)] | None
    ) = None
