"""Stops that no rule is certain of: an operator says which session each of them ends.

That is one that goes on, or one of its own: of its begin the operator knows what the station never
told. And of a session whose stop was lost for good the operator knows the end.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from services.charging.domain.ledger import Entry, Known, begun
from services.charging.domain.metering import trusted
from services.charging.domain.quarantine import Finding
from services.charging.domain.sessions import Start, Stop
from services.charging.domain.transactions import transaction_identity


class NotWaitingError(Exception):
    """The stop has its session already."""


class UnfitStopError(Exception):
    """The stop cannot end that session; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Whose a stop is that waits."""

    stop: Stop
    session_id: UUID
    start: Start | None = None
    """How its own session began, when it is to have one."""
    transaction: str | None = None
    """By which the station knows the session: what was signed in it proves the energy."""
    by: str
    """Who says so."""
    is_entered: bool = False
    """Whether the stop itself is the operator's word: the station never told it."""

    @property
    def station_id(self) -> str:
        """The session's, too."""
        return self.stop.station_id

    @property
    def token_uid(self) -> str | None:
        """For a session of its own: who charged."""
        return self.start.token_uid if self.start else None

    @property
    def identity(self) -> str | None:
        """For a session of its own: a start or an event of it that comes late finds it by this."""
        if self.start is None or self.stop.station_transaction_id is None:
            return self.start.identity if self.start else None
        return transaction_identity(self.station_id, self.stop.station_transaction_id)


def assign(said: Assignment, known: Known) -> Entry:
    """End the session of a stop; raises `NotWaitingError`, `UnfitStopError`."""
    stop, session = said.stop, known.session
    if not said.is_entered and stop not in known.unmatched:
        raise NotWaitingError(f"the stop at station {stop.station_id} has its session already")
    findings: list[Finding] = []
    if said.start is not None:
        if session is not None:
            raise UnfitStopError(f"what began then is known: session {session.id}")
        if said.start.connector_id > known.connectors:
            raise UnfitStopError(f"connector_id: station {stop.station_id} has {known.connectors}")
        if said.start.said_at > trusted(stop.said_at, stop.received_at)[0]:
            raise UnfitStopError("started_at: later than the stop")
        session, findings = begun(said.start, known)
        session = replace(
            session, id=said.session_id, station_transaction_id=stop.station_transaction_id
        )
    elif session is None:
        raise UnfitStopError(f"station {stop.station_id} has no session {said.session_id}")
    elif session.ending is not None:
        raise UnfitStopError(f"session {session.id} is over already")
    if said.is_entered and stop.said_at < session.started_at:
        raise UnfitStopError(f"ended_at: the session began at {session.started_at.isoformat()}")
    if stop.meter_stop_wh < session.meter_start_wh:
        meters = f"{session.meter_start_wh} Wh, the stop with {stop.meter_stop_wh} Wh"
        raise UnfitStopError(f"the session began with {meters}")
    session, odd = session.stopped(stop)
    return Entry(
        session=session.judged(known.signed),
        begun_by=said.identity,
        ends=True,
        kept=stop if said.is_entered else None,
        matched=stop,
        matched_by=said.by,
        may_match=len(known.unmatched) > 1,
        findings=[*findings, *odd],
    )
