"""A station booted."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import StationRegister
from services.charging.application.registrations import Registrations
from services.charging.domain.ocpp16.boot_notification import (
    BootNotification,
    BootNotificationResponse,
)


class BootNotificationHandler:
    """Keeps who the station says it is, and says whether it may go on."""

    def __init__(self, register: StationRegister, registrations: Registrations) -> None:
        self._register = register
        self._registrations = registrations

    async def handle(self, inbound: Inbound[BootNotification]) -> BootNotificationResponse:
        """Answered when kept."""
        registration = await self._register.booted(
            inbound.station_id, inbound.message, inbound.received_at
        )
        self._registrations.put(inbound.station_id, registration)
        return BootNotificationResponse(
            status=registration.status,
            current_time=inbound.received_at,
            interval=registration.interval,
        )
