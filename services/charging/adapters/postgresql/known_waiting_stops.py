"""What is known of stops that wait for their session, read for all stations of a group at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import LiteralString, Self

from psycopg import AsyncCursor
from psycopg.rows import TupleRow, class_row

from services.charging.adapters.postgresql.database import Connection
from services.charging.adapters.postgresql.session_row import COLUMNS, session_of
from services.charging.domain.ledger import Known
from services.charging.domain.metering import Register
from services.charging.domain.sessions import Stop
from services.charging.domain.stop_assignment import Assignment
from services.charging.domain.stop_matching import Matching, OpenSession

# A transaction of OCPP 2.0.1 is named by its station: only its own events end it.
_OPEN: LiteralString = "select latest.measured_at, latest.register_wh, next_start, " + COLUMNS
_SESSIONS: LiteralString = """
    from session left join lateral (
        select measured_at, register_wh from meter_reading
        where meter_reading.transaction_id = session.transaction_id
            and meter_reading.station_id = session.station_id and register_wh is not null
        order by measured_at desc, register_wh desc limit 1
    ) as latest on true cross join lateral (
        select min(later.started_at) as next_start from session as later
        where later.station_id = session.station_id and later.connector_id = session.connector_id
            and later.started_at > session.started_at
    ) as following
    where station_id = any(%s) and ended_at is null and station_transaction_id is null
"""
_WAITING: LiteralString = """
    select station_id, transaction_id, station_transaction_id, token_uid, said_at, received_at,
        meter_stop_wh, reason
    from unmatched_stop where station_id = any(%s) and session_id is null order by said_at
"""
_SELECT: LiteralString = "select " + COLUMNS
_ASSIGNED: LiteralString = _SELECT + " from session where id = any(%s) or start_identity = any(%s)"


@dataclass(frozen=True, slots=True)
class AskedOfWaitingStops:
    """Questions on their way to the database."""

    waiting: AsyncCursor[Stop]
    open: AsyncCursor[TupleRow] | None
    assigned: AsyncCursor[TupleRow] | None

    @classmethod
    async def ask(
        cls,
        connection: Connection,
        starting: Sequence[str],
        matchings: Sequence[Matching],
        assignments: Sequence[Assignment],
    ) -> Self:
        """In a pipeline this awaits nothing; `starting`: stations where a session may begin."""
        matching = [one.station_id for one in matchings]
        assigning = [one.station_id for one in assignments]
        waiting = connection.cursor(row_factory=class_row(Stop))
        await waiting.execute(_WAITING, ([*starting, *matching, *assigning],))
        open_ = await connection.execute(_OPEN + _SESSIONS, (matching,)) if matching else None
        named = ([one.session_id for one in assignments], [one.identity for one in assignments])
        assigned = await connection.execute(_ASSIGNED, named) if assignments else None
        return cls(waiting, open_, assigned)

    async def answers(self, known: dict[str, Known]) -> dict[str, Known]:
        """What is known, by station, and this."""
        stops: dict[str, list[Stop]] = defaultdict(list)
        for stop in await self.waiting.fetchall():
            stops[stop.station_id].append(stop)
        sessions: dict[str, list[OpenSession]] = defaultdict(list)
        for measured_at, wh, followed_at, *row in await self.open.fetchall() if self.open else ():
            session = session_of(row)
            register = None if wh is None else Register(measured_at, wh)
            sessions[session.station_id].append(
                OpenSession(session=session, register=register, followed_at=followed_at)
            )
        named = map(session_of, await self.assigned.fetchall() if self.assigned else ())
        known |= {
            session.station_id: replace(known[session.station_id], session=session)
            for session in named
            if session.station_id in known
        }
        return {
            station_id: replace(
                one, unmatched=stops[station_id], open=sessions.get(station_id, one.open)
            )
            if station_id in stops
            else one
            for station_id, one in known.items()
        }
