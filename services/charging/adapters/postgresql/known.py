"""What is known to what the stations of a group say, read for all of them at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import LiteralString

from services.charging.adapters.postgresql.database import Connection
from services.charging.adapters.postgresql.known_transactions import AskedOfTransactions
from services.charging.adapters.postgresql.known_waiting_stops import AskedOfWaitingStops
from services.charging.adapters.postgresql.session_row import COLUMNS, session_of
from services.charging.adapters.postgresql.signed_values import AskedOfSignedValues
from services.charging.adapters.postgresql.tokens import TOKENS_AT, token_of
from services.charging.application.ports import Said
from services.charging.domain.ledger import Known
from services.charging.domain.metering import Register
from services.charging.domain.sessions import Start, Stop
from services.charging.domain.signed_metering.evidence import NOTHING_SIGNED
from services.charging.domain.stop_assignment import Assignment
from services.charging.domain.stop_matching import Matching, OpenSession
from services.charging.domain.transactions import TransactionReport

_LOCK: LiteralString = """
    select pg_advisory_xact_lock(hashtextextended(station_id, 0))
    from unnest(%s::text[]) as said (station_id)
"""
_PLACES: LiteralString = """
    select station.id, site.id, site.time_zone, station.connectors
    from station join site on site.id = station.site_id where station.id = any(%s)
"""
_FREE_IDS: LiteralString = """
    select nextval(pg_get_serial_sequence('session', 'transaction_id'))
    from generate_series(1, %s)
"""
_SESSIONS: LiteralString = "select " + COLUMNS + ", start_identity"
_BEGUN: LiteralString = _SESSIONS + " from session where start_identity = any(%s)"
_NAMED: LiteralString = _SESSIONS + " from session where transaction_id = any(%s::bigint[])"
_OPEN: LiteralString = _SESSIONS + " from session where station_id = any(%s) and ended_at is null"
_REGISTERS: LiteralString = """
    select distinct on (station_id) station_id, measured_at, register_wh from meter_reading
    join unnest(%s::text[], %s::bigint[]) as said (station_id, transaction_id)
        using (station_id, transaction_id)
    where register_wh is not null order by station_id, measured_at desc, register_wh desc
"""
_KEPT: LiteralString = """
    select station_id, transaction_id, said_at, meter_stop_wh from unmatched_stop
    where station_id = any(%s) and said_at = any(%s) and station_transaction_id is null
"""


async def read_known(connection: Connection, said: Sequence[Said]) -> Mapping[str, Known]:
    """By station, each of which says one thing; a station that does not exist is left out.

    Until the transaction's end no other node reads or changes what concerns these stations.
    """
    starts = [one for one in said if isinstance(one, Start)]
    stops = [one for one in said if isinstance(one, Stop)]
    reports = [one for one in said if isinstance(one, TransactionReport)]
    matchings = [one for one in said if isinstance(one, Matching)]
    assignments = [one for one in said if isinstance(one, Assignment)]
    # In one order on every node, or two of them would wait for each other.
    await connection.execute(_LOCK, (sorted(one.station_id for one in said),))
    place_rows = await connection.execute(_PLACES, ([one.station_id for one in said],))
    shown = ([one.station_id for one in said], [one.token_uid for one in said])
    token_rows = await connection.execute(TOKENS_AT, shown)
    free_ids = await connection.execute(_FREE_IDS, (len(starts) + len(reports) + len(assignments),))
    begun = await connection.execute(_BEGUN, ([start.identity for start in starts],))
    starting, stopping = ([one.station_id for one in which] for which in (starts, stops))
    may_begin = [*starting, *(one.station_id for one in reports)]
    asked_waiting = await AskedOfWaitingStops.ask(connection, may_begin, matchings, assignments)
    named = await connection.execute(_NAMED, ([stop.transaction_id for stop in stops],))
    still_open = await connection.execute(_OPEN, (starting,))
    of_stops = (stopping, [stop.transaction_id for stop in stops])
    register_rows = await connection.execute(_REGISTERS, of_stops)
    asked_signed = await AskedOfSignedValues.ask(connection, stops, reports, assignments)
    kept = await connection.execute(_KEPT, (stopping, [stop.said_at for stop in stops]))
    asked = await AskedOfTransactions.ask(connection, reports) if reports else None

    # All of it is on its way before the first answer is awaited: one round trip in a pipeline.
    places = {row[0]: row[1:] for row in await place_rows.fetchall()}
    tokens = {row[-1]: token_of(row) for row in await token_rows.fetchall()}
    free = iter([free_id for (free_id,) in await free_ids.fetchall()])
    began = {row[-1]: session_of(row) for row in await begun.fetchall()}
    stopped = {row[1]: session_of(row) for row in await named.fetchall()}
    open_: dict[str, list[OpenSession]] = defaultdict(list)
    for row in await still_open.fetchall():
        session = session_of(row)
        open_[session.station_id].append(OpenSession(session=session))
    registers = {row[0]: Register(row[1], row[2]) for row in await register_rows.fetchall()}
    signed = await asked_signed.answers()
    already = set(await kept.fetchall())

    def place(one: Said, free_id: int | None = None) -> Known:
        site_id, time_zone, connectors = places[one.station_id]
        return Known(
            site_id=site_id,
            time_zone=time_zone,
            token=tokens.get(one.station_id),
            session=None,
            free_transaction_id=free_id,
            connectors=connectors,
            signed=signed.get(one.station_id, NOTHING_SIGNED),
        )

    known: dict[str, Known] = {}
    for start in starts:
        if start.station_id in places:
            known[start.station_id] = replace(
                place(start, next(free)),
                session=began.get(start.identity),
                open=open_[start.station_id],
            )
    for stop in stops:
        if stop.station_id in places:
            named_by_it = stopped.get(stop.transaction_id)
            its_own = named_by_it is not None and named_by_it.station_id == stop.station_id
            key = (stop.station_id, stop.transaction_id, stop.said_at, stop.meter_stop_wh)
            known[stop.station_id] = replace(
                place(stop),
                session=named_by_it if its_own else None,
                is_kept=key in already,
                register=registers.get(stop.station_id),
            )
    known |= {one.station_id: place(one) for one in matchings if one.station_id in places}
    known |= {
        one.station_id: place(one, next(free)) for one in assignments if one.station_id in places
    }
    if asked:
        known |= await asked.answers(
            [(one, place(one, next(free))) for one in reports if one.station_id in places]
        )
    return await asked_waiting.answers(known)
