"""A station is alive."""

from services.charging.application.inbound import Inbound
from services.charging.domain.ocpp201.availability import Heartbeat, HeartbeatResponse


class HeartbeatHandler:
    """Tells the time."""

    async def handle(self, inbound: Inbound[Heartbeat]) -> HeartbeatResponse:
        """Nothing is kept: the connection itself says that the station is there."""
        return HeartbeatResponse(current_time=inbound.received_at)
