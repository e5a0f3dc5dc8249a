"""A connector changed its state."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import StationRegister
from services.charging.domain.ocpp201.availability import (
    StatusNotification,
    StatusNotificationResponse,
)
from services.charging.domain.stations import ConnectorReport


class StatusNotificationHandler:
    """Keeps the latest state of each connector."""

    def __init__(self, register: StationRegister) -> None:
        self._register = register

    async def handle(self, inbound: Inbound[StatusNotification]) -> StatusNotificationResponse:
        """Answered when kept."""
        message = inbound.message
        report = ConnectorReport(
            evse_id=message.evse_id,
            connector_id=message.connector_id,
            status=message.connector_status,
        )
        await self._register.status(inbound.station_id, report, inbound.received_at)
        return StatusNotificationResponse()
