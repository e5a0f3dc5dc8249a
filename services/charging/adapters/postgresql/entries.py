"""What the starts and stops of a group change, written for all of them at once."""

from collections.abc import Sequence
from typing import LiteralString

from contracts import events
from services.charging.adapters.postgresql.database import Connection
from services.charging.adapters.postgresql.quarantine import add_records
from services.charging.application.ports import Posting
from services.charging.domain.sessions import Ending, Session, Stop
from services.charging.domain.transactions import TransactionReport

_BEGIN: LiteralString = """
    insert into session (id, transaction_id, start_identity, station_id, site_id, time_zone,
        connector_id, token_uid, authorization_status, started_at, meter_start_wh,
        station_transaction_id, reservation_number, company_id, driver_id, tariff_version)
    overriding system value
    select begun.id, transaction_id, start_identity, station_id, begun.site_id, time_zone,
        connector_id, token_uid, authorization_status, started_at, meter_start_wh,
        station_transaction_id, begun.reservation_number, station.company_id, token.driver_id,
        case when begun.ad_hoc then tariff_in_force(begun.site_id, started_at) end
    from unnest(%s::uuid[], %s::integer[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::integer[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[],
        %s::text[], %s::integer[], %s::boolean[]) as begun (id, transaction_id, start_identity,
            station_id, site_id, time_zone, connector_id, token_uid, authorization_status,
            started_at, meter_start_wh, station_transaction_id, reservation_number, ad_hoc)
    join station on station.id = begun.station_id
    left join token on token.uid = begun.token_uid and token.company_id = station.company_id
"""
_END: LiteralString = """
    update session set ended_at = ending.ended_at, meter_stop_wh = ending.meter_stop_wh,
        energy_wh = ending.energy_wh, stop_reason = ending.reason,
        signed_verdict = ending.signed_verdict, signed_reason = ending.signed_reason
    from unnest(%s::uuid[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::text[],
        %s::text[], %s::text[])
        as ending (id, ended_at, meter_stop_wh, energy_wh, reason, signed_verdict, signed_reason)
    where session.id = ending.id and session.ended_at is null
"""
_PLACE: LiteralString = """
    update session set connector_id = placed.connector_id
    from unnest(%s::uuid[], %s::integer[]) as placed (id, connector_id)
    where session.id = placed.id
"""
_PAY: LiteralString = """
    update session set token_uid = paid.token_uid, authorization_status = paid.status,
        driver_id = (select token.driver_id from token
            where token.uid = paid.token_uid and token.company_id = session.company_id),
        tariff_version = case when paid.ad_hoc then tariff_in_force(site_id, started_at) end
    from unnest(%s::uuid[], %s::text[], %s::text[], %s::boolean[])
        as paid (id, token_uid, status, ad_hoc)
    where session.id = paid.id
"""
_RESERVE: LiteralString = """
    update session set reservation_number = reserved.number
    from unnest(%s::uuid[], %s::integer[]) as reserved (id, number)
    where session.id = reserved.id
"""
_REPORT: LiteralString = """
    insert into transaction_event (station_id, station_transaction_id, seq_no, kind, said_at,
        received_at, evse_id, token_uid, authorization_status, first_register_wh, last_register_wh,
        reason, received, reservation_number, ad_hoc)
    select * from unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[],
        %s::timestamptz[], %s::integer[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
        %s::text[], %b::text[], %s::integer[], %s::boolean[])
"""
_KEEP: LiteralString = """
    insert into unmatched_stop (station_id, transaction_id, station_transaction_id, token_uid,
        said_at, received_at, meter_stop_wh, reason)
    select * from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[],
        %s::timestamptz[], %s::bigint[], %s::text[])
"""
_MATCH: LiteralString = """
    update unmatched_stop set session_id = matched.session_id, matched_at = now(),
        matched_by = matched.matched_by
    from unnest(%s::text[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::uuid[],
        %s::text[]) as matched (station_id, transaction_id, station_transaction_id, said_at,
            meter_stop_wh, session_id, matched_by)
    where (unmatched_stop.station_id, unmatched_stop.transaction_id, unmatched_stop.said_at,
        unmatched_stop.meter_stop_wh) = (matched.station_id, matched.transaction_id,
        matched.said_at, matched.meter_stop_wh)
        and unmatched_stop.station_transaction_id is not distinct from
            matched.station_transaction_id
"""
_DISTRUST: LiteralString = """
    update meter_reading set register_wh = null
    from unnest(%s::text[], %s::bigint[]) as distrusted (station_id, transaction_id)
    where (meter_reading.station_id, meter_reading.transaction_id) =
        (distrusted.station_id, distrusted.transaction_id)
"""
# Binary (%b): as text, each quote of a JSON document in an array would be escaped, one by one.
_PUT: LiteralString = "insert into outbox (event) select * from unnest(%b::text[])"


async def keep(connection: Connection, postings: Sequence[Posting]) -> None:
    """Write what the postings change; in a pipeline this awaits nothing."""
    entries = [posting.entry for posting in postings]
    begun = [(entry.session, entry.begun_by) for entry in entries if entry.begun_by]
    await _write(connection, _BEGIN, [_begun(session, by) for session, by in begun if session])
    ended = [entry.session for entry in entries if entry.ends and entry.session]
    await _write(connection, _END, [_ended(s, s.ending) for s in ended if s.ending])
    placed = [entry.session for entry in entries if entry.is_placed and entry.session]
    await _write(connection, _PLACE, [(session.id, session.connector_id) for session in placed])
    paid = [entry.session for entry in entries if entry.is_paid and entry.session]
    await _write(connection, _PAY, [(s.id, s.token_uid, s.authorization, s.ad_hoc) for s in paid])
    reserved = [entry.session for entry in entries if entry.is_reserved and entry.session]
    await _write(connection, _RESERVE, [(s.id, s.reservation_number) for s in reserved])
    reported = [entry.reported for entry in entries if entry.reported]
    await _write(connection, _REPORT, [_reported(report) for report in reported])
    await _write(connection, _KEEP, [_kept(entry.kept) for entry in entries if entry.kept])
    matched = [
        _matched(entry.matched, entry.session, entry.matched_by)
        for entry in entries
        if entry.matched and entry.session
    ]
    await _write(connection, _MATCH, matched)
    distrusted = [entry.session for entry in entries if entry.distrusts_registers]
    in_doubt = [(s.station_id, s.transaction_id) for s in distrusted if s]
    await _write(connection, _DISTRUST, in_doubt)
    leaving = [event for posting in postings for event in posting.events]
    await _write(connection, _PUT, [(events.encode(event).decode(),) for event in leaving])
    await add_records(connection, [record for p in postings for record in p.oddities])


async def _write(
    connection: Connection, statement: LiteralString, rows: Sequence[tuple[object, ...]]
) -> None:
    """The rows as one array for each column."""
    if rows:
        await connection.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _begun(session: Session, identity: str) -> tuple[object, ...]:
    return (
        session.id,
        session.transaction_id,
        identity,
        session.station_id,
        session.site_id,
        session.time_zone,
        session.connector_id,
        session.token_uid,
        session.authorization,
        session.started_at,
        session.meter_start_wh,
        session.station_transaction_id,
        session.reservation_number,
        session.ad_hoc,
    )


def _ended(session: Session, ending: Ending) -> tuple[object, ...]:
    judgement = ending.judgement
    return (
        session.id,
        ending.ended_at,
        ending.meter_stop_wh,
        ending.energy_wh,
        ending.reason,
        judgement.verdict.value if judgement else None,
        judgement.reason if judgement else None,
    )


def _reported(report: TransactionReport) -> tuple[object, ...]:
    return (
        report.station_id,
        report.station_transaction_id,
        report.seq_no,
        report.kind.value,
        report.said_at,
        report.received_at,
        report.evse_id,
        report.token_uid,
        report.authorization,
        report.first_register_wh,
        report.last_register_wh,
        report.reason,
        report.received,
        report.reservation_number,
        report.ad_hoc,
    )


def _kept(stop: Stop) -> tuple[object, ...]:
    return (
        stop.station_id,
        stop.transaction_id,
        stop.station_transaction_id,
        stop.token_uid,
        stop.said_at,
        stop.received_at,
        stop.meter_stop_wh,
        stop.reason,
    )


def _matched(stop: Stop, session: Session, by: str | None) -> tuple[object, ...]:
    return (
        stop.station_id,
        stop.transaction_id,
        stop.station_transaction_id,
        stop.said_at,
        stop.meter_stop_wh,
        session.id,
        by,
    )
