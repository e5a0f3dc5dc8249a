"""OCPP 2.0.1, block N: what monitors and components told."""

from typing import Literal

from services.charging.domain.ocpp201.device_model import Component, Variable
from services.charging.domain.ocpp201.types import (
    DateTime,
    Message,
    Some,
    String36,
    String50,
    String500,
    String2500,
)

EventNotificationType = Literal[
    "HardWiredNotification", "HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"
]


class EventData(Message, frozen=True, kw_only=True):
    """What happened to a variable."""

    event_id: int
    timestamp: DateTime
    trigger: Literal["Alerting", "Delta", "Periodic"]
    actual_value: String2500
    component: Component
    event_notification_type: EventNotificationType
    variable: Variable
    cause: int | None = None
    """The event that caused it."""
    tech_code: String50 | None = None
    tech_info: String500 | None = None
    cleared: bool | None = None
    """The monitored value is well again."""
    transaction_id: String36 | None = None
    variable_monitoring_id: int | None = None


class NotifyEvent(Message, frozen=True, kw_only=True):
    """Events (N07, N08); `tbc`: more is to come."""

    generated_at: DateTime
    seq_no: int
    event_data: Some[EventData]
    tbc: bool | None = None


class NotifyEventResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
