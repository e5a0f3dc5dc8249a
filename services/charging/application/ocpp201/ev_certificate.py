"""A vehicle asks for its contract's certificate (OCPP 2.0.1, M01 and M02)."""

import logging

from services.charging.application.inbound import Inbound
from services.charging.application.ports import ContractCertificates, UnavailableError
from services.charging.domain.ocpp201.certificates import (
    Get15118EVCertificate,
    Get15118EVCertificateResponse,
)
from services.charging.domain.ocpp201.types import StatusInfo

logger = logging.getLogger(__name__)


class EVCertificateHandler:
    """Hands it on to whoever issues such certificates; nothing of it is kept here."""

    def __init__(self, contracts: ContractCertificates) -> None:
        self._contracts = contracts

    async def handle(
        self, inbound: Inbound[Get15118EVCertificate]
    ) -> Get15118EVCertificateResponse:
        """Failed, with the reason, when the issuer does not answer."""
        try:
            return await self._contracts.certificate(inbound.message)
        except UnavailableError as error:
            logger.warning(
                "no contract certificate",
                extra={"station_id": inbound.station_id, "reason": str(error)},
            )
            why = StatusInfo(reason_code="NoIssuer", additional_info=str(error)[:512])
            return Get15118EVCertificateResponse(status="Failed", exi_response="", status_info=why)
