"""A station asks for a certificate (OCPP 2.0.1, A02 and A03; in 1.6 the security white paper's)."""

import logging

from services.charging.application.inbound import Inbound
from services.charging.application.notification_handler import NotificationHandler
from services.charging.application.ports import CertificateIssuer, Notifications
from services.charging.domain.ocpp16.sign_certificate import (
    SignCertificate,
    SignCertificateResponse,
)
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201 import security
from services.charging.domain.ocpp201.types import StatusInfo
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.station_certificates import UnacceptableRequestError

logger = logging.getLogger(__name__)


class SignCertificateHandler:
    """Has the request signed. Without an issuer it says yes, and an operator has it signed."""

    def __init__(self, notifications: Notifications, issuer: CertificateIssuer | None) -> None:
        self._told = NotificationHandler(notifications, SignCertificateResponse(status="Accepted"))
        self._issuer = issuer

    async def in_16(self, inbound: Inbound[SignCertificate]) -> SignCertificateResponse:
        """Answered when the certificate is kept, and on its way."""
        await self._told.handle(inbound)
        refusal = await self._refusal(inbound.station_id, OCPP_1_6, inbound.message.csr)
        return SignCertificateResponse(status="Rejected" if refusal else "Accepted")

    async def in_201(
        self, inbound: Inbound[security.SignCertificate]
    ) -> security.SignCertificateResponse:
        """The same; one for ISO 15118 (A03) is always an operator's to sign."""
        await self._told.handle(inbound)
        message = inbound.message
        if message.certificate_type == "V2GCertificate":
            return security.SignCertificateResponse(status="Accepted")
        refusal = await self._refusal(inbound.station_id, OCPP_2_0_1, message.csr)
        if refusal is None:
            return security.SignCertificateResponse(status="Accepted")
        why = StatusInfo(reason_code="InvalidCSR", additional_info=refusal[:512])
        return security.SignCertificateResponse(status="Rejected", status_info=why)

    async def _refusal(self, station_id: str, spoken: Version, csr: str) -> str | None:
        if self._issuer is None:
            return None
        try:
            await self._issuer.request(station_id, spoken, csr)
        except UnacceptableRequestError as error:
            logger.warning("no certificate", extra={"station_id": station_id, "reason": str(error)})
            return str(error)
        return None
