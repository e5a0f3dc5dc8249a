"""``Heartbeat`` (OCPP 1.6, section 4.6)."""

from services.charging.domain.ocpp16.types import DateTime, Message


class Heartbeat(Message, frozen=True, kw_only=True):
    """The station is alive and wants to know the time."""


class HeartbeatResponse(Message, frozen=True, kw_only=True):
    """The central system's time."""

    current_time: DateTime
