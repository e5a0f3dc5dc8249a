"""OCPP 2.0.1, block A: security."""

from typing import Literal

from services.charging.domain.ocpp201.types import (
    DateTime,
    GenericStatus,
    Message,
    StatusInfo,
    String50,
    String255,
    String5500,
    String10000,
)

CertificateSigningUse = Literal["ChargingStationCertificate", "V2GCertificate"]


class CertificateSigned(Message, frozen=True, kw_only=True):
    """A certificate that the station asked for (A02, A03), with its chain, in PEM."""

    certificate_chain: String10000
    certificate_type: CertificateSigningUse | None = None


class CertificateSignedResponse(Message, frozen=True, kw_only=True):
    """Whether the station uses it."""

    status: Literal["Accepted", "Rejected"]
    status_info: StatusInfo | None = None


class SignCertificate(Message, frozen=True, kw_only=True):
    """A request for a certificate, in PEM (A02, A03)."""

    csr: String5500
    certificate_type: CertificateSigningUse | None = None


class SignCertificateResponse(Message, frozen=True, kw_only=True):
    """Whether it will be signed; the certificate comes later."""

    status: GenericStatus
    status_info: StatusInfo | None = None


class SecurityEventNotification(Message, frozen=True, kw_only=True):
    """Something of the list of security events happened (A04)."""

    type: String50
    timestamp: DateTime
    tech_info: String255 | None = None


class SecurityEventNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
