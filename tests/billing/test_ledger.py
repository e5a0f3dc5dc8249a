"""What the database promises: each session once, each token one contract's, nothing changed."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context

import psycopg
import pytest

from contracts.migrations import migrate
from services.billing.adapters.database import MIGRATIONS, Pool, PostgresLedger
from services.billing.adapters.queries import BillingState, Queries, RecordFilter
from services.billing.application.contract_keeping import ContractKeeping
from services.billing.application.intake import SessionIntake
from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.contract import Token
from services.billing.domain.errors import TokenTakenError
from tests.billing.fleet import contract, message, session

pytestmark = pytest.mark.integration

EVERYTHING = RecordFilter()


async def test_a_redelivered_event_is_one_record(ledger: PostgresLedger, queries: Queries) -> None:
    intake, body = SessionIntake(ledger), message()
    for _ in range(3):
        await intake.take([body])
    await intake.take([body, body])
    assert (await queries.record_summary(EVERYTHING)).count == 1
    assert (await queries.quarantine(None, 10)).items == []


async def test_the_same_session_in_another_event_is_one_record(
    ledger: PostgresLedger, queries: Queries
) -> None:
    ended = session()
    await SessionIntake(ledger).take([message(ended), message(ended)])
    assert (await queries.record_summary(EVERYTHING)).count == 1
    assert (await queries.quarantine(None, 10)).items == []


async def test_another_content_is_quarantined_once_and_overwrites_nothing(
    ledger: PostgresLedger, queries: Queries
) -> None:
    intake = SessionIntake(ledger)
    await intake.take([message(session(session_id="s1", energy_wh=5000), "e1")])
    other_energy = message(session(session_id="s1", energy_wh=6000), "e2")
    same_event = message(session(session_id="s2"), "e1")
    for _ in range(2):
        await intake.take([other_energy, same_event])
    assert (await queries.record_summary(EVERYTHING)).energy_wh == 5000
    set_aside = (await queries.quarantine(None, 10)).items
    assert {each.body for each in set_aside} == {other_energy, same_event}


async def test_consumers_that_get_the_same_sessions_at_once(
    ledger: PostgresLedger, queries: Queries
) -> None:
    bodies = [message() for _ in range(50)]
    backwards = bodies[::-1]
    await asyncio.gather(
        *(SessionIntake(ledger).take(each) for each in (bodies, backwards, bodies, backwards))
    )
    summary = await queries.record_summary(EVERYTHING)
    assert (summary.count, summary.energy_wh) == (50, 50 * 7780)
    assert (await queries.quarantine(None, 10)).items == []


async def test_records_cannot_be_changed(ledger: PostgresLedger, pool: Pool) -> None:
    await SessionIntake(ledger).take([message()])
    async with pool.connection() as connection:
        for statement in (
            "update charging_records set energy_wh = 0",
            "delete from charging_records",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="written once"):
                await connection.execute(statement)
            await connection.rollback()


async def test_records_wait_for_their_contract(ledger: PostgresLedger, queries: Queries) -> None:
    await SessionIntake(ledger).take([message(), message(session(token_uid="stranger"))])
    assert (await queries.record_summary(EVERYTHING)).unassigned == 2
    await ContractKeeping(ledger).put("musterflotte", contract())
    assert (await queries.record_summary(EVERYTHING)).unassigned == 1
    ours = RecordFilter("musterflotte", BillingPeriod(2026, 3))
    ((of_contract),) = (await queries.records(ours, None, 10)).items
    assert (of_contract.contract_id, of_contract.state) == ("musterflotte", BillingState.OPEN)


async def test_a_token_is_one_contracts_at_a_time(ledger: PostgresLedger) -> None:
    keeping = ContractKeeping(ledger)
    until_june = contract(tokens=(Token(uid="04a1", valid_to=date(2026, 6, 1)),))
    from_june = contract(tokens=(Token(uid="04A1", valid_from=date(2026, 6, 1)),))
    assert await keeping.put("first", until_june)
    assert await keeping.put("second", from_june)
    with pytest.raises(TokenTakenError, match="token 04A1 is contract second's"):
        await keeping.put("first", contract(tokens=(Token(uid="04A1"),)))
    assert not await keeping.put("first", until_june), "refused changes leave nothing behind"


async def test_pages_join_without_a_gap(ledger: PostgresLedger, queries: Queries) -> None:
    starts = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 1, 1, 2, 3, 4, 4)]
    await SessionIntake(ledger).take([message(session(start)) for start in starts])
    seen, cursor = [], None
    for _ in range(4):
        page = await queries.records(EVERYTHING, cursor, 2)
        seen += [each.record for each in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert [each.started_at for each in seen] == starts
    assert len({each.session_id for each in seen}) == 7


async def test_a_month_without_a_contract_is_the_sites(
    ledger: PostgresLedger, queries: Queries
) -> None:
    new_year = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    await SessionIntake(ledger).take(
        [
            message(session(new_year, hours=0)),
            message(session(new_year, hours=0, time_zone="America/Los_Angeles")),
        ]
    )
    for month in (BillingPeriod(2025, 12), BillingPeriod(2026, 1)):
        assert (await queries.record_summary(RecordFilter(period=month))).count == 1


def test_programs_that_start_together_migrate_once(billing_conninfo: str) -> None:
    with ProcessPoolExecutor(3, get_context("spawn")) as programs:
        list(programs.map(migrate, [billing_conninfo] * 3, [MIGRATIONS] * 3))
    with psycopg.connect(billing_conninfo) as connection:
        versions = connection.execute("select version_num from alembic_version").fetchall()
    assert versions == [("0001",)]
