"""``ChangeConfiguration`` (OCPP 1.6, section 5.3)."""

from typing import Literal

from services.charging.domain.ocpp16.types import CiString50, CiString500, Message


class ChangeConfiguration(Message, frozen=True, kw_only=True):
    """A configuration key is to have this value."""

    key: CiString50
    value: CiString500


class ChangeConfigurationResponse(Message, frozen=True, kw_only=True):
    """NotSupported: the station does not know the key."""

    status: Literal["Accepted", "Rejected", "RebootRequired", "NotSupported"]
