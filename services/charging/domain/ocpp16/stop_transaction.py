"""``StopTransaction`` (OCPP 1.6, section 4.10)."""

from typing import Literal

from services.charging.domain.metering import WattHours
from services.charging.domain.ocpp16.meter_value import MeterValue
from services.charging.domain.ocpp16.types import DateTime, IdTagInfo, IdToken, Message

Reason = Literal[
    "EmergencyStop",
    "EVDisconnected",
    "HardReset",
    "Local",
    "Other",
    "PowerLoss",
    "Reboot",
    "Remote",
    "SoftReset",
    "UnlockCommand",
    "DeAuthorized",
]


class StopTransaction(Message, frozen=True, kw_only=True):
    """A transaction is over; `meter_stop` is in Wh."""

    meter_stop: WattHours
    timestamp: DateTime
    transaction_id: int
    id_tag: IdToken | None = None
    reason: Reason | None = None
    transaction_data: list[MeterValue] | None = None


class StopTransactionResponse(Message, frozen=True, kw_only=True):
    """What the central system thinks of the identifier that stopped it, if there was one."""

    id_tag_info: IdTagInfo | None = None
