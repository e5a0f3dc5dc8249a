"""Plans that are over long ago go; what came of them stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.retention import Retention
from services.charging.adapters.postgresql.sites.days import PostgresSiteDays
from services.charging.adapters.postgresql.sites.plans import keep_plan
from services.charging.adapters.postgresql.sites.retention import old_plans
from services.charging.adapters.postgresql.sites.sites import PostgresSites
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.scope import Scope
from services.charging.domain.smart_charging.plan import Allotment, Plan
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

OURS = Scope("fleetcharge")
QUARTER = timedelta(minutes=15)
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
LONG_AGO = NOW - timedelta(days=40)
OLD, NEWER, OPEN = (UUID(int=number) for number in (1, 2, 3))


async def charge(node: Database, session_id: UUID, began: datetime, ended: datetime | None) -> None:
    """A session with a plan at its begin, and a register of 2 kWh at its end."""
    async with node.transaction() as connection:
        await connection.execute(
            """
            insert into session (id, start_identity, station_id, site_id, time_zone, connector_id,
                token_uid, authorization_status, started_at, meter_start_wh, ended_at,
                meter_stop_wh, energy_wh, company_id)
            values (%s, %s, 'CP1', 'depot', 'Europe/Berlin', 1, 'CARD1', 'Accepted', %s, 0, %s,
                %s, %s, 'fleetcharge')
            """,
            (session_id, str(session_id), began, ended, *([2000] * 2 if ended else [None] * 2)),
        )
        bounds = [began, began + QUARTER, began + 2 * QUARTER]
        part = Allotment([16_000, 8_000], 3, charging=False, since=began)
        number = await keep_plan(connection, "depot", Plan(bounds, {session_id: part}))
        await connection.execute("update site_plan set made_at = %s", (began,))
        await connection.execute(
            "insert into session_profile (session_id, accepted_plan) values (%s, %s)",
            (session_id, number),
        )


@asynccontextmanager
async def site(database: EmptyDatabase) -> AsyncIterator[Database]:
    node = Database(database.conninfo)
    await node.open()
    try:
        await node.migrate()
        stations = PostgresStations(node)
        await stations.put_site("fleetcharge", Site("depot", "D", SiteKind.WORKPLACE, "UTC"))
        station = Station("CP1", "depot", 1, StationKey.of("a key of some length"))
        await stations.put("fleetcharge", [station])
        yield node
    finally:
        await node.close()


def count(database: EmptyDatabase, table: str) -> int:
    with psycopg.connect(database.conninfo) as connection:
        [[rows]] = connection.execute(f"select count(*) from {table}").fetchall()  # noqa: S608 — a name of ours
        assert isinstance(rows, int)
        return rows


async def test_the_outcome_outlives_the_plans(database: EmptyDatabase) -> None:
    async with site(database) as node:
        await charge(node, OLD, LONG_AGO, LONG_AGO + 2 * QUARTER)
        sites = PostgresSites(node)
        before = await sites.outcome(OURS, OLD)
        assert before
        assert [quarter.allotted_wh for quarter in before.outcomes] == [2760, 1380]
        assert sum(quarter.metered_wh or 0 for quarter in before.outcomes) == 2000
        await charge(node, NEWER, NOW - 4 * QUARTER, NOW - 2 * QUARTER)
        with psycopg.connect(database.conninfo) as connection:
            connection.execute("update site_plan set made_at = bounds[1]")
        assert not await Retention(node, old_plans(timedelta(days=30))).drop_some()
        assert (count(database, "site_plan"), count(database, "session_outcome")) == (1, 1)
        assert await sites.outcome(OURS, OLD) == before
        assert await sites.outcome(Scope("another"), OLD) is None
        newer = await sites.outcome(OURS, NEWER)
        assert newer
        assert newer.outcomes[0].allotted_wh == 2760
        assert not await Retention(node, old_plans(timedelta(days=30))).drop_some()
        assert count(database, "site_allotment") == 1


async def test_a_day_of_a_site_is_the_sum_of_its_sessions(database: EmptyDatabase) -> None:
    async with site(database) as node:
        noon = LONG_AGO.replace(hour=12)
        await charge(node, OLD, noon, noon + 2 * QUARTER)
        await charge(node, NEWER, noon + QUARTER, noon + 3 * QUARTER)
        await charge(node, OPEN, noon + timedelta(days=1), None)
        days = PostgresSiteDays(node)
        before = await days.day(OURS, "depot", noon.date())
        assert before
        assert [(one.allotted_wh, one.begins_at) for one in before.quarters] == [
            (2760, noon),
            (2760, noon + QUARTER),  # The second one's plan ends the first one's.
            (1380, noon + 2 * QUARTER),
        ]
        assert [(one.session_id, one.metered_wh) for one in before.sessions] == [
            (OLD, 2000),
            (NEWER, 2000),
        ]
        await Retention(node, old_plans(timedelta(days=30))).drop_some()
        assert await days.day(OURS, "depot", noon.date()) == before
        assert await days.day(Scope("another"), "depot", noon.date()) is None


async def test_a_session_that_goes_on_keeps_its_plans_and_a_site_its_last(
    database: EmptyDatabase,
) -> None:
    async with site(database) as node:
        await charge(node, OPEN, LONG_AGO, None)
        async with node.transaction() as connection:
            empty = Plan([LONG_AGO + QUARTER, LONG_AGO + 2 * QUARTER], {})
            for _ in range(3):
                await keep_plan(connection, "depot", empty)
            await connection.execute("update site_plan set made_at = bounds[1]")
        assert not await Retention(node, old_plans(timedelta(days=30))).drop_some()
        with psycopg.connect(database.conninfo) as connection:
            rows = connection.execute("select number from site_plan order by number").fetchall()
        assert [number for (number,) in rows] == [1, 4]


async def test_old_sun_goes(database: EmptyDatabase) -> None:
    async with site(database) as node:
        async with node.statement() as connection:
            await connection.execute(
                """
                insert into site_surplus (site_id, begins_at, watts)
                select 'depot', now() - n * interval '1 day', 1 from generate_series(-1, 40) as n
                """
            )
        await Retention(node, old_plans(timedelta(days=30))).drop_some()
        assert count(database, "site_surplus") == 31


async def test_one_node_at_a_time(database: EmptyDatabase) -> None:
    async with site(database) as node:
        await charge(node, OLD, LONG_AGO, LONG_AGO + QUARTER)
        with psycopg.connect(database.conninfo) as other:
            other.execute("select pg_advisory_xact_lock(6204733003)")
            assert not await Retention(node, old_plans(timedelta(days=30))).drop_some()
            assert count(database, "session_outcome") == 0
