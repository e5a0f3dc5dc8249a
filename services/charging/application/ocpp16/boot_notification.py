"""A station booted."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import StationRegister
from services.charging.domain.ocpp16.boot_notification import (
    BootNotification,
    BootNotificationResponse,
)

HEARTBEAT_INTERVAL = 300
"""Seconds. The socket's own pings notice a dead connection; heartbeats only set clocks."""


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
