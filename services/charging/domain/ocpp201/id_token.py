"""Identifiers of drivers, and what the central system thinks of them."""

import re
from typing import Literal

from services.charging.domain.ocpp201.types import (
    DateTime,
    Message,
    MessageContent,
    Some,
    String8,
    String36,
    String50,
)

IdTokenKind = Literal[
    "Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress", "NoAuthorization"
]
AuthorizationStatus = Literal[
    "Accepted",
    "Blocked",
    "ConcurrentTx",
    "Expired",
    "Invalid",
    "NoCredit",
    "NotAllowedTypeEVSE",
    "NotAtThisLocation",
    "NotAtThisTime",
    "Unknown",
]


class AdditionalInfo(Message, frozen=True, kw_only=True):
    """A further identifier; `type` is agreed upon with the vendor."""

    additional_id_token: String36
    type: String50


class IdToken(Message, frozen=True, kw_only=True):
    """Who wants to charge; identifiers ignore case."""

    id_token: String36
    type: IdTokenKind
    additional_info: Some[AdditionalInfo] | None = None


_READ: dict[IdTokenKind, re.Pattern[str]] = {
    "ISO14443": re.compile("(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})", re.IGNORECASE),
    "ISO15693": re.compile("E0[0-9A-F]{14}", re.IGNORECASE),
}
"""Cards' own numbers: of 4, 7 or 10 bytes (ISO/IEC 14443-3, section 6.5), or of 8 (15693-3, section
4.1)."""


def shown(uid: str) -> IdToken:
    """The identifier as a station's reader shows it, for what the station itself compares.

    What has not the form of a card's number was given by us.
    """
    kinds = (kind for kind, form in _READ.items() if form.fullmatch(uid))
    return IdToken(id_token=uid, type=next(kinds, "Central"))


def named_by_us(uid: str | None) -> IdToken | None:
    """A group, or whoever starts by the app: no reader shows it."""
    return IdToken(id_token=uid, type="Central") if uid else None


class IdTokenInfo(Message, frozen=True, kw_only=True):
    """What the central system thinks of an identifier."""

    status: AuthorizationStatus
    cache_expiry_date_time: DateTime | None = None
    charging_priority: int | None = None
    """From -9 to 9; 0 by default."""
    language1: String8 | None = None
    evse_id: Some[int] | None = None
    """Where alone it may charge; everywhere when absent."""
    group_id_token: IdToken | None = None
    """Identifiers of one group may stop each other's transactions."""
    language2: String8 | None = None
    personal_message: MessageContent | None = None
