"""OCPP 2.0.1, block G: availability."""

from typing import Literal

from services.charging.domain.ocpp201.types import EVSE, DateTime, Message, StatusInfo


class ChangeAvailability(Message, frozen=True, kw_only=True):
    """The station, an EVSE or a connector is to serve, or not (G03, G04)."""

    operational_status: Literal["Inoperative", "Operative"]
    evse: EVSE | None = None


class ChangeAvailabilityResponse(Message, frozen=True, kw_only=True):
    """Whether it does; scheduled for when its transactions are over."""

    status: Literal["Accepted", "Rejected", "Scheduled"]
    status_info: StatusInfo | None = None


class StatusNotification(Message, frozen=True, kw_only=True):
    """A connector's state (G01)."""

    timestamp: DateTime
    connector_status: Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
    evse_id: int
    connector_id: int


class StatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class Heartbeat(Message, frozen=True, kw_only=True):
    """The station is alive (G02)."""


class HeartbeatResponse(Message, frozen=True, kw_only=True):
    """The time."""

    current_time: DateTime
