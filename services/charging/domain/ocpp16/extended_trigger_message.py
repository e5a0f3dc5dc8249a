"""``ExtendedTriggerMessage`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message, TriggerMessageStatus


class ExtendedTriggerMessage(Message, frozen=True, kw_only=True):
    """The station is to send a message of its own now, those of security included."""

    requested_message: Literal[
        "BootNotification",
        "LogStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "SignChargePointCertificate",
        "StatusNotification",
    ]
    connector_id: int | None = None


class ExtendedTriggerMessageResponse(Message, frozen=True, kw_only=True):
    """Whether it will."""

    status: TriggerMessageStatus
