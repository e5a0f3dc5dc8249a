"""``DeleteCertificate`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Literal

from services.charging.domain.ocpp16.certificate_hash_data import CertificateHashData
from services.charging.domain.ocpp16.types import Message


class DeleteCertificate(Message, frozen=True, kw_only=True):
    """The station is to trust this certificate no more."""

    certificate_hash_data: CertificateHashData


class DeleteCertificateResponse(Message, frozen=True, kw_only=True):
    """Whether it is gone."""

    status: Literal["Accepted", "Failed", "NotFound"]
