"""A station booted."""

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp16.boot_notification import HEARTBEAT_INTERVAL
from services.charging.application.ports import StationRegister
from services.charging.domain.ocpp201.provisioning import BootNotification, BootNotificationResponse


class BootNotificationHandler:
    """Keeps who the station says it is. Those whose key we know are accepted."""

    def __init__(self, register: StationRegister) -> None:
        self._register = register

    async def handle(self, inbound: Inbound[BootNotification]) -> BootNotificationResponse:
        """Answered when kept."""
        await self._register.booted(inbound.station_id, inbound.message, inbound.received_at)
        return BootNotificationResponse(
            status="Accepted", current_time=inbound.received_at, interval=HEARTBEAT_INTERVAL
        )
