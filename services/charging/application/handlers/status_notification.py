"""A connector changed its state."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import StationRegister
from services.charging.domain.ocpp16.status_notification import (
    StatusNotification,
    StatusNotificationResponse,
)


class StatusNotificationHandler:
    """Keeps the latest state of each connector."""

    def __init__(self, register: StationRegister) -> None:
        self._register = register

    async def handle(self, inbound: Inbound[StatusNotification]) -> StatusNotificationResponse:
        """Answered when kept."""
        await self._register.status(inbound.station_id, inbound.message, inbound.received_at)
        return StatusNotificationResponse()
