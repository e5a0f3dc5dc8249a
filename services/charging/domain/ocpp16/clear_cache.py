"""``ClearCache`` (OCPP 1.6, section 5.4)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class ClearCache(Message, frozen=True, kw_only=True):
    """The station is to forget whom it let charge."""


class ClearCacheResponse(Message, frozen=True, kw_only=True):
    """Whether it did."""

    status: Literal["Accepted", "Rejected"]
