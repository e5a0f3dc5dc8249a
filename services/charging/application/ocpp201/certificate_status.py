"""Is a certificate revoked (OCPP 2.0.1, M06)?"""

import logging
from base64 import b64encode

from services.charging.application.inbound import Inbound
from services.charging.application.ports import CertificateStatuses, UnavailableError
from services.charging.domain.ocpp201.certificates import (
    GetCertificateStatus,
    GetCertificateStatusResponse,
)
from services.charging.domain.ocpp201.types import StatusInfo

logger = logging.getLogger(__name__)


class CertificateStatusHandler:
    """Asks the responder that the certificate names."""

    def __init__(self, statuses: CertificateStatuses) -> None:
        self._statuses = statuses

    async def handle(self, inbound: Inbound[GetCertificateStatus]) -> GetCertificateStatusResponse:
        """Failed, with the reason, when nobody says anything that holds."""
        try:
            answer = await self._statuses.status(inbound.message.ocsp_request_data)
        except UnavailableError as error:
            logger.warning(
                "no certificate status",
                extra={"station_id": inbound.station_id, "reason": str(error)},
            )
            why = StatusInfo(reason_code="NoStatus", additional_info=str(error)[:512])
            return GetCertificateStatusResponse(status="Failed", status_info=why)
        return GetCertificateStatusResponse(
            status="Accepted", ocsp_result=b64encode(answer).decode()
        )
