"""Sites in PostgreSQL: each is planned by one node at a time."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import psycopg
import pytest

from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.sites.sites import PostgresSites
from services.charging.adapters.postgresql.station_reports import PostgresStationReports
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.scope import Scope
from services.charging.application.smart_charging.telling import StationTold
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.smart_charging.daily_time import DailyTime, Weekday
from services.charging.domain.smart_charging.limits import (
    DailyWindow,
    Fuse,
    Limit,
    Phase,
    Sharing,
    SiteLimits,
    Window,
    Wiring,
)
from services.charging.domain.stations import (
    Station,
    StationKey,
)
from tests.charging.smart_charging.site_books import (
    AT,
    BARE,
    OURS,
    books,
)
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

LIMITS = SiteLimits(
    connection=Limit(63_000, 63_000, 50_000),
    windows=(Window(AT, AT + timedelta(hours=1), Limit(0, 16_100, 6_000)),),
    daily=(
        DailyWindow(
            DailyTime(time(17), time(20), frozenset({Weekday.MONDAY}), "Europe/Berlin"),
            Limit(0, 0, 6_000),
        ),
    ),
    fuses=(Fuse("Row A", Limit(32_000, 32_000, 32_000), frozenset({"CP1", "CP2"})),),
    sharing=Sharing.PRIORITY,
    stations={"CP1": Wiring((Phase.L2,), 16_000)},
)


async def test_a_site_is_one_nodes_at_a_time(database: EmptyDatabase) -> None:
    async with books(database) as (node, [one, other]):
        sites = PostgresSites(node)
        assert await one.claim() is None  # No limits: nothing to plan.
        for name in ("depot", "yard"):
            await sites.put_limits(OURS, name, BARE)
        claims = await asyncio.gather(*(book.claim() for book in (one, other, one, other)))
        assert sorted(filter(None, claims)) == ["depot", "yard"]

        far = datetime.now(UTC) + timedelta(hours=1)
        await one.release("yard", far)
        await one.due(["depot"])  # News while it is planned.
        assert await other.claim() is None
        await one.release("depot", far)
        assert await other.claim() == "depot"
        await other.release("depot", far)
        assert await one.claim() is None


async def test_what_a_dead_node_claimed_is_planned_by_another(database: EmptyDatabase) -> None:
    async with books(database) as (node, [one, other]):
        await PostgresSites(node).put_limits(OURS, "depot", BARE)
        assert await one.claim() == "depot"
        with psycopg.connect(database.conninfo) as connection:
            connection.execute("update site_planning set claimed_until = now()")
        assert await other.claim() == "depot"


async def test_limits_come_back_as_they_went(database: EmptyDatabase) -> None:
    async with books(database) as (node, [one, _]):
        sites = PostgresSites(node)
        assert await sites.put_limits(OURS, "depot", BARE) == 1
        key = StationKey.of("key")
        stations = [Station(name, "depot", 1, key) for name in ("CP1", "CP2")]
        await PostgresStations(node).put("fleetcharge", stations)
        assert await sites.put_limits(OURS, "depot", LIMITS) == 2
        assert await sites.put_limits(Scope("another"), "depot", LIMITS) is None
        situation = await one.situation("depot")
        kept = await sites.limits(OURS, "depot")
        assert situation
        assert kept
        assert situation.limits == kept.limits == LIMITS
        assert await one.situation("yard") is None


async def test_a_station_that_comes_goes_or_boots_makes_its_site_due(
    database: EmptyDatabase,
) -> None:
    async with books(database) as (node, [one, _]):
        await PostgresSites(node).put_limits(OURS, "depot", BARE)
        key = StationKey.of("key")
        await PostgresStations(node).put("fleetcharge", [Station("CP1", "depot", 2, key)])
        connections = PostgresConnections(node, uuid4())
        await connections.seen()
        reports = PostgresStationReports(node)
        boot = BootNotification(charge_point_vendor="V", charge_point_model="M")
        for news in (
            lambda: connections.register("CP1", 1, OCPP_1_6),
            lambda: reports.booted("CP1", boot, AT),
            lambda: connections.deregister("CP1", 1),
            lambda: one.forget("CP1"),
        ):
            while (site_id := await one.claim()) is not None:
                await one.release(site_id, datetime.now(UTC) + timedelta(hours=1))
            await news()
            assert await one.claim() == "depot"
            await one.release("depot", datetime.now(UTC) + timedelta(hours=1))


@pytest.mark.parametrize("boots", [True, False])
async def test_profiles_hold_until_their_station_boots_or_forgets_them(
    database: EmptyDatabase, boots: bool
) -> None:
    async with books(database) as (node, [book, _]):
        await PostgresSites(node).put_limits(
            OURS, "depot", SiteLimits(Limit(32_000, 32_000, 32_000))
        )
        key = StationKey.of("key")
        stations = [Station(name, "depot", 1, key) for name in ("CP1", "CP2")]
        await PostgresStations(node).put("fleetcharge", stations)
        told = [StationTold(name, None, True, 16_000) for name in ("CP1", "CP2")]
        await book.told(1, told)
        if boots:
            boot = BootNotification(charge_point_vendor="V", charge_point_model="M")
            await PostgresStationReports(node).booted("CP1", boot, AT)
        else:
            await book.forget("CP1")
        situation = await book.situation("depot")
        assert situation
        assert [one.default_ma for one in situation.stations] == [None, 16_000]
