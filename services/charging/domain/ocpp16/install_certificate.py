"""``InstallCertificate`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp16.certificate_hash_data import CertificateUse
from services.charging.domain.ocpp16.types import Message


class InstallCertificate(Message, frozen=True, kw_only=True):
    """The station is to trust this certificate, in PEM."""

    certificate_type: CertificateUse
    certificate: Annotated[str, msgspec.Meta(max_length=5500)]


class InstallCertificateResponse(Message, frozen=True, kw_only=True):
    """Whether it does; Rejected: the certificate is no good, or there are too many."""

    status: Literal["Accepted", "Failed", "Rejected"]
