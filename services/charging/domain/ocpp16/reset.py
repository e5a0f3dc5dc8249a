"""``Reset`` (OCPP 1.6, section 5.14)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class Reset(Message, frozen=True, kw_only=True):
    """The station is to start anew; Soft: it ends its transactions politely first."""

    type: Literal["Hard", "Soft"]


class ResetResponse(Message, frozen=True, kw_only=True):
    """Whether it will."""

    status: Literal["Accepted", "Rejected"]
