"""A station tells how something goes: an upload, new firmware, its security."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import Notifications
from services.charging.domain.notifications import Notification, identity
from services.charging.domain.ocpp_j.message import Message


class NotificationHandler:
    """Keeps what was told, exactly as received and once, and says yes."""

    def __init__(self, notifications: Notifications, response: Message) -> None:
        self._notifications = notifications
        self._response = response

    async def handle(self, inbound: Inbound[Message]) -> Message:
        """Answered when the group of its commit is kept."""
        await self._notifications.add(
            Notification(
                station_id=inbound.station_id,
                action=type(inbound.message).__name__,
                received=inbound.text,
                received_at=inbound.received_at,
                identity=identity(inbound.message, inbound.received_at),
            )
        )
        return self._response
