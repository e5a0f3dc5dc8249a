"""OCPP 2.0.1, block O: messages on the station's display."""

from typing import Literal

from services.charging.domain.ocpp201.device_model import Component
from services.charging.domain.ocpp201.types import (
    DateTime,
    Message,
    MessageContent,
    Some,
    StatusInfo,
    String36,
)

MessagePriority = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageState = Literal["Charging", "Faulted", "Idle", "Unavailable"]
DisplayMessageStatus = Literal[
    "Accepted",
    "NotSupportedMessageFormat",
    "Rejected",
    "NotSupportedPriority",
    "NotSupportedState",
    "UnknownTransaction",
]


class MessageInfo(Message, frozen=True, kw_only=True):
    """A message, with when and how it is to be shown."""

    id: int
    priority: MessagePriority
    message: MessageContent
    display: Component | None = None
    state: MessageState | None = None
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    transaction_id: String36 | None = None


class SetDisplayMessage(Message, frozen=True, kw_only=True):
    """A message is to be shown (O01, O02, O06)."""

    message: MessageInfo


class SetDisplayMessageResponse(Message, frozen=True, kw_only=True):
    """Whether it will be."""

    status: DisplayMessageStatus
    status_info: StatusInfo | None = None


class GetDisplayMessages(Message, frozen=True, kw_only=True):
    """The station is to report its messages (O03, O04)."""

    request_id: int
    id: Some[int] | None = None
    priority: MessagePriority | None = None
    state: MessageState | None = None


class GetDisplayMessagesResponse(Message, frozen=True, kw_only=True):
    """Whether reports will come."""

    status: Literal["Accepted", "Unknown"]
    status_info: StatusInfo | None = None


class NotifyDisplayMessages(Message, frozen=True, kw_only=True):
    """Messages that the station has; `tbc`: more is to come."""

    request_id: int
    message_info: Some[MessageInfo] | None = None
    tbc: bool | None = None


class NotifyDisplayMessagesResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class ClearDisplayMessage(Message, frozen=True, kw_only=True):
    """A message is not to be shown any longer (O05)."""

    id: int


class ClearDisplayMessageResponse(Message, frozen=True, kw_only=True):
    """Whether it was there and is gone."""

    status: Literal["Accepted", "Unknown"]
    status_info: StatusInfo | None = None
