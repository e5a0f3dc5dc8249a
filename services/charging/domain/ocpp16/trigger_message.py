"""``TriggerMessage`` (OCPP 1.6, section 5.17)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message, TriggerMessageStatus


class TriggerMessage(Message, frozen=True, kw_only=True):
    """The station is to send a message of its own now."""

    requested_message: Literal[
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
    ]
    connector_id: int | None = None


class TriggerMessageResponse(Message, frozen=True, kw_only=True):
    """Whether it will."""

    status: TriggerMessageStatus
