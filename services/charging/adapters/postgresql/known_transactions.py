"""What is known to the events of transactions of a group, read for all of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import LiteralString, Self

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.charging.adapters.postgresql.database import Connection
from services.charging.adapters.postgresql.session_row import COLUMNS, session_of
from services.charging.domain.ledger import Known
from services.charging.domain.metering import Register
from services.charging.domain.sessions import Session
from services.charging.domain.transactions import Kind, TransactionReport

_SESSIONS: LiteralString = "select " + COLUMNS + ", start_identity"
# By our own id: one of OCPP 1.6, when the station has come to speak 2.0.1 over it.
_NAMED: LiteralString = (
    _SESSIONS
    + """ from session
    where start_identity = any(%s)
        or (transaction_id = any(%s::bigint[]) and station_transaction_id is null)
"""
)
# One whose end an operator has assigned to another session is that one.
_ASSIGNED: LiteralString = "select " + COLUMNS + ", unmatched_stop.station_transaction_id"
_ENDS: LiteralString = """
    from unmatched_stop join session on session.id = unmatched_stop.session_id
    join unnest(%s::text[], %s::text[]) as said (station_id, station_transaction_id)
        on (said.station_id, said.station_transaction_id) =
            (unmatched_stop.station_id, unmatched_stop.station_transaction_id)
"""
_REGISTERS: LiteralString = """
    select session.station_id, latest.measured_at, latest.register_wh
    from session cross join lateral (
        select measured_at, register_wh from meter_reading
        where meter_reading.transaction_id = session.transaction_id
            and meter_reading.station_id = session.station_id and register_wh is not null
        order by measured_at desc, register_wh desc limit 1
    ) as latest
    where session.start_identity = any(%s)
"""
_REPORTS: LiteralString = """
    select station_id, station_transaction_id, seq_no, kind, said_at, received_at, evse_id,
        token_uid, authorization_status, first_register_wh, last_register_wh, reason, received,
        reservation_number, ad_hoc
    from transaction_event
    join unnest(%s::text[], %s::text[]) as said (station_id, station_transaction_id)
        using (station_id, station_transaction_id)
"""


@dataclass(frozen=True, slots=True)
class AskedOfTransactions:
    """Questions on their way to the database."""

    sessions: AsyncCursor[TupleRow]
    assigned: AsyncCursor[TupleRow]
    registers: AsyncCursor[TupleRow]
    reports: AsyncCursor[TupleRow]

    @classmethod
    async def ask(cls, connection: Connection, said: Sequence[TransactionReport]) -> Self:
        """In a pipeline this awaits nothing."""
        identities = [one.identity for one in said]
        ids = [one.transaction_id for one in said]
        names = ([one.station_id for one in said], [one.station_transaction_id for one in said])
        return cls(
            await connection.execute(_NAMED, (identities, ids)),
            await connection.execute(_ASSIGNED + _ENDS, names),
            await connection.execute(_REGISTERS, (identities,)),
            await connection.execute(_REPORTS, names),
        )

    async def answers(self, places: Sequence[tuple[TransactionReport, Known]]) -> dict[str, Known]:
        """`places`, by station, with what is known of their transactions."""
        rows = await self.sessions.fetchall()
        begun = {row[-1]: session_of(row) for row in rows}
        of_1_6 = {(row[2], row[1]): session_of(row) for row in rows}
        assigned = {(row[2], row[-1]): session_of(row) for row in await self.assigned.fetchall()}
        registers = {row[0]: Register(row[1], row[2]) for row in await self.registers.fetchall()}
        reports: dict[str, list[TransactionReport]] = defaultdict(list)
        for row in await self.reports.fetchall():
            reports[row[0]].append(_report(row))
        return {
            said.station_id: replace(
                known,
                session=begun.get(said.identity)
                or _of_1_6(of_1_6.get((said.station_id, said.transaction_id)), said)
                or assigned.get((said.station_id, said.station_transaction_id)),
                register=registers.get(said.station_id),
                reports=reports[said.station_id],
            )
            for said, known in places
        }


def _of_1_6(session: Session | None, said: TransactionReport) -> Session | None:
    return session if session and said.may_be_of(session) else None


def _report(row: TupleRow) -> TransactionReport:
    return TransactionReport(
        station_id=row[0],
        station_transaction_id=row[1],
        seq_no=row[2],
        kind=Kind(row[3]),
        said_at=row[4],
        received_at=row[5],
        evse_id=row[6],
        token_uid=row[7],
        authorization=row[8],
        first_register_wh=row[9],
        last_register_wh=row[10],
        reason=row[11],
        received=row[12],
        reservation_number=row[13],
        ad_hoc=row[14],
    )
