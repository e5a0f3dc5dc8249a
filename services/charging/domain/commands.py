"""Commands: calls to a station, from the wish to the answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CommandState(StrEnum):
    """How far a command has come."""

    PENDING = "pending"
    """Waits for the node that holds the station's socket."""
    SENT = "sent"
    """With the station, or next in line for its socket. A command is never sent twice."""
    ANSWERED = "answered"
    """By the station; whether it will do it stands in the answer."""
    REFUSED = "refused"
    """By a CALLERROR, whose code and description are the reason, or by what is no answer."""
    UNANSWERED = "unanswered"
    """Nothing came in time; the station may have done it all the same."""
    UNDELIVERED = "undelivered"
    """The station never heard of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One call to one station; payloads are JSON."""

    id: UUID
    station_id: str
    version: str
    """Of OCPP, in whose words it is; one that knows the same words delivers it, too."""
    action: str
    request: bytes
    state: CommandState
    asked_at: datetime
    sent_at: datetime | None = None
    over_at: datetime | None = None
    answer: bytes | None = None
    reason: str | None = None
    traceparent: str | None = None
    """Of the trace in which it was asked for, which goes on where it is carried out."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in {CommandState.PENDING, CommandState.SENT}
