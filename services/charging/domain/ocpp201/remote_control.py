"""OCPP 2.0.1, block F: remote control."""

from typing import Literal

from services.charging.domain.ocpp201.charging_profile import ChargingProfile
from services.charging.domain.ocpp201.id_token import IdToken
from services.charging.domain.ocpp201.types import EVSE, Message, StatusInfo, String36

RequestStartStopStatus = Literal["Accepted", "Rejected"]
MessageTrigger = Literal[
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargingStationCertificate",
    "SignV2GCertificate",
    "StatusNotification",
    "TransactionEvent",
    "SignCombinedCertificate",
    "PublishFirmwareStatusNotification",
]
UnlockStatus = Literal[
    "Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"
]


class RequestStartTransaction(Message, frozen=True, kw_only=True):
    """A transaction is to begin (F01, F02)."""

    id_token: IdToken
    remote_start_id: int
    """Comes back in the transaction's events."""
    evse_id: int | None = None
    group_id_token: IdToken | None = None
    charging_profile: ChargingProfile | None = None


class RequestStartTransactionResponse(Message, frozen=True, kw_only=True):
    """Whether the station will try."""

    status: RequestStartStopStatus
    status_info: StatusInfo | None = None
    transaction_id: String36 | None = None
    """Of the transaction that it began already."""


class RequestStopTransaction(Message, frozen=True, kw_only=True):
    """A transaction is to end (F03)."""

    transaction_id: String36


class RequestStopTransactionResponse(Message, frozen=True, kw_only=True):
    """Whether the station will."""

    status: RequestStartStopStatus
    status_info: StatusInfo | None = None


class TriggerMessage(Message, frozen=True, kw_only=True):
    """The station is to send a message (F06)."""

    requested_message: MessageTrigger
    evse: EVSE | None = None


class TriggerMessageResponse(Message, frozen=True, kw_only=True):
    """Whether it will."""

    status: Literal["Accepted", "Rejected", "NotImplemented"]
    status_info: StatusInfo | None = None


class UnlockConnector(Message, frozen=True, kw_only=True):
    """A connector is to let go of its cable (F05)."""

    evse_id: int
    connector_id: int


class UnlockConnectorResponse(Message, frozen=True, kw_only=True):
    """Whether it has."""

    status: UnlockStatus
    status_info: StatusInfo | None = None
