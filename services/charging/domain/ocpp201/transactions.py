"""OCPP 2.0.1, block E: transactions."""

from decimal import Decimal
from typing import Literal

from services.charging.domain.ocpp201.id_token import IdToken, IdTokenInfo
from services.charging.domain.ocpp201.meter_value import MeterValue
from services.charging.domain.ocpp201.types import (
    EVSE,
    DateTime,
    Message,
    MessageContent,
    Some,
    String36,
)

TriggerReason = Literal[
    "Authorized",
    "CablePluggedIn",
    "ChargingRateChanged",
    "ChargingStateChanged",
    "Deauthorized",
    "EnergyLimitReached",
    "EVCommunicationLost",
    "EVConnectTimeout",
    "MeterValueClock",
    "MeterValuePeriodic",
    "TimeLimitReached",
    "Trigger",
    "UnlockCommand",
    "StopAuthorized",
    "EVDeparted",
    "EVDetected",
    "RemoteStop",
    "RemoteStart",
    "AbnormalCondition",
    "SignedDataReceived",
    "ResetCommand",
]
StopReason = Literal[
    "DeAuthorized",
    "EmergencyStop",
    "EnergyLimitReached",
    "EVDisconnected",
    "GroundFault",
    "ImmediateReset",
    "Local",
    "LocalOutOfCredit",
    "MasterPass",
    "Other",
    "OvercurrentFault",
    "PowerLoss",
    "PowerQuality",
    "Reboot",
    "Remote",
    "SOCLimitReached",
    "StoppedByEV",
    "TimeLimitReached",
    "Timeout",
]


class Transaction(Message, frozen=True, kw_only=True):
    """A transaction as it stands."""

    transaction_id: String36
    """Of the station's making."""
    charging_state: (
        Literal["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"] | None
    ) = None
    time_spent_charging: int | None = None
    """Seconds."""
    stopped_reason: StopReason | None = None
    remote_start_id: int | None = None
    """Of the request that it answers."""


class TransactionEvent(Message, frozen=True, kw_only=True):
    """A transaction began, went on or ended (E01 to E15)."""

    event_type: Literal["Ended", "Started", "Updated"]
    timestamp: DateTime
    trigger_reason: TriggerReason
    seq_no: int
    """From 0 in each transaction, to put events in order and to miss none."""
    transaction_info: Transaction
    meter_value: Some[MeterValue] | None = None
    offline: bool | None = None
    number_of_phases_used: int | None = None
    cable_max_current: int | None = None
    """Amperes."""
    reservation_id: int | None = None
    evse: EVSE | None = None
    id_token: IdToken | None = None


class TransactionEventResponse(Message, frozen=True, kw_only=True):
    """What the station is to do with it, and to show."""

    total_cost: Decimal | None = None
    """With taxes; final when the transaction has ended, 0 when it is free."""
    charging_priority: int | None = None
    id_token_info: IdTokenInfo | None = None
    updated_personal_message: MessageContent | None = None


class GetTransactionStatus(Message, frozen=True, kw_only=True):
    """Does a transaction go on, and are messages of it waiting (E14)?"""

    transaction_id: String36 | None = None


class GetTransactionStatusResponse(Message, frozen=True, kw_only=True):
    """Of the transaction, or of any."""

    messages_in_queue: bool
    ongoing_indicator: bool | None = None
