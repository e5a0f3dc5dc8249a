"""Whether a station may speak: OCPP 1.6, section 4.2; 2.0.1, B01 to B03."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import msgspec

_STARTS_AND_STOPS = {
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "RequestStartTransaction",
    "RequestStopTransaction",
}
_TRIGGERS = {"TriggerMessage", "ExtendedTriggerMessage"}
_REPORTS = {"GetBaseReport", "GetReport"}
_KEEPS_NOTHING = {"Authorize", "DataTransfer", "Heartbeat"}
"""Calls that only ask."""


class Registration(StrEnum):
    """What an operator lets a station do."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    """It is set up: it says what it is asked for, and nobody charges by us."""
    REJECTED = "rejected"
    """It says nothing but that it booted."""

    @property
    def status(self) -> Literal["Accepted", "Pending", "Rejected"]:
        """As its boot is answered."""
        return _STATUS[self]

    @property
    def interval(self) -> int:
        """Seconds: between heartbeats when accepted, until it asks again when not.

        The socket's own pings notice a dead connection; heartbeats only set clocks.
        """
        return _INTERVAL[self]


_STATUS: dict[Registration, Literal["Accepted", "Pending", "Rejected"]] = {
    Registration.ACCEPTED: "Accepted",
    Registration.PENDING: "Pending",
    Registration.REJECTED: "Rejected",
}
_INTERVAL = {Registration.ACCEPTED: 300, Registration.PENDING: 60, Registration.REJECTED: 600}


@dataclass(slots=True)
class Held:
    """A station that heard at its last boot that it is not accepted."""

    registration: Registration
    _asked: set[str] = field(default_factory=set)
    """Actions that it was asked for since."""

    def may_say(self, action: str) -> bool:
        """Boots, and what it was asked for (2.0.1: B02.FR.09, B03.FR.07)."""
        return action == "BootNotification" or action in self._asked

    def may_hear(self, action: str, request: bytes) -> bool:
        """What it is asked for by this it may say from then on.

        While it is pending it is asked for anything but a transaction, while it is rejected for its
        boot alone.
        """
        asked = _asked_for(action, request)
        if self.registration is Registration.REJECTED:
            return asked == "BootNotification"
        if asked is not None:
            self._asked.add(asked)
        return action not in _STARTS_AND_STOPS


def tells_a_fact(action: str) -> bool:
    """Whether something is lost when nobody keeps such a call."""
    return action not in _KEEPS_NOTHING


def _asked_for(action: str, request: bytes) -> str | None:
    """The action of the station's own that a command asks it for."""
    if action in _REPORTS:
        return "NotifyReport"
    if action not in _TRIGGERS:
        return None
    wanted: str = msgspec.json.decode(request)["requestedMessage"]
    # SignChargePointCertificate, SignV2GCertificate and their like.
    return "SignCertificate" if wanted.startswith("Sign") else wanted
