"""What was promised to a session beside what its meter says, out of rows."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString, Protocol, TypeVar
from uuid import UUID

from services.charging.adapters.postgresql.sites.plans import plans_of
from services.charging.application.smart_charging.sites import SessionOutcome
from services.charging.domain.smart_charging.outcome import Outcome, Reading, outcomes

LONGEST = timedelta(days=7)

_KEPT: LiteralString = """
    select station_id, document from session_outcome
    join session on session.id = session_id where session_id = %(session)s
"""
# The plans that speak of the session, and those that follow them: each ends the one before.
_PLANS: LiteralString = """
    select number, bounds, session_id, currents, phases, charging, since
    from site_plan left join site_allotment
        on plan_number = number and session_id = %(session)s
    where number between
        (select min(plan_number) from site_allotment where session_id = %(session)s)
        and (select max(plan_number) from site_allotment where session_id = %(session)s) + 1
        and site_id = (select site_id from session where id = %(session)s)
    order by number
"""
_SESSION: LiteralString = """
    select session.station_id, started_at, ended_at, meter_start_wh, meter_stop_wh
    from session where id = %(session)s
"""
_READINGS: LiteralString = """
    select meter_reading.measured_at, register_wh from meter_reading
    join session on session.transaction_id = meter_reading.transaction_id
        and session.station_id = meter_reading.station_id
    where session.id = %(session)s and register_wh is not null order by measured_at
"""

View = TypeVar("View")


class Read(Protocol):
    """Rows of a query as views, in whatever scope."""

    def __call__(
        self, view: type[View], query: LiteralString, parameters: dict[str, Any]
    ) -> Awaitable[list[View]]:
        """As `ScopedReader.read` does for one scope."""


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A session's part of a plan; None where the plan has none."""

    number: int
    bounds: list[datetime]
    session_id: UUID | None
    currents: list[int] | None
    phases: int | None
    charging: bool | None
    since: datetime | None

    def row(self) -> tuple[Any, ...]:
        """As `plans_of` takes it."""
        return (
            self.number,
            self.bounds,
            self.session_id,
            self.currents,
            self.phases,
            self.charging,
            self.since,
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    station_id: str
    document: list[Outcome]


@dataclass(frozen=True, slots=True)
class _Session:
    station_id: str
    started_at: datetime
    ended_at: datetime | None
    meter_start_wh: int
    meter_stop_wh: int | None


async def read_outcome(read: Read, session_id: UUID) -> SessionOutcome | None:
    """As it was kept when its plans were dropped, or else by its plans; None: no such session."""
    whose = {"session": session_id}
    for kept in await read(_Kept, _KEPT, whose):
        return SessionOutcome(session_id, kept.station_id, kept.document)
    for session in await read(_Session, _SESSION, whose):
        parts = await read(PlanPart, _PLANS, whose)
        readings = [
            Reading(session.started_at, session.meter_start_wh),
            *await read(Reading, _READINGS, whose),
        ]
        if session.ended_at is not None and session.meter_stop_wh is not None:
            readings.append(Reading(session.ended_at, session.meter_stop_wh))
        readings.sort(key=lambda reading: reading.measured_at)
        until = session.ended_at or readings[-1].measured_at
        until = min(until, session.started_at + LONGEST)
        plans = list(plans_of([part.row() for part in parts]).values())
        found = outcomes(session_id, plans, readings, session.started_at, until)
        return SessionOutcome(session_id, session.station_id, found)
    return None
