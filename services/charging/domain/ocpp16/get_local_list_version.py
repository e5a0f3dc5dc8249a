"""``GetLocalListVersion`` (OCPP 1.6, section 5.10)."""

from services.charging.domain.ocpp16.types import Message


class GetLocalListVersion(Message, frozen=True, kw_only=True):
    """Which local authorisation list does the station have?"""


class GetLocalListVersionResponse(Message, frozen=True, kw_only=True):
    """0: an empty list; -1: the station has none."""

    list_version: int
