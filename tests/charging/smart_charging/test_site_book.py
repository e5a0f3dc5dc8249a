"""Sites in PostgreSQL: each is planned by one node at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.device_models import PostgresDeviceModels
from services.charging.adapters.postgresql.sites.book import PostgresSiteBook
from services.charging.adapters.postgresql.sites.sites import PostgresSites
from services.charging.adapters.postgresql.station_reports import PostgresStationReports
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.scope import Scope
from services.charging.application.smart_charging.telling import StationTold
from services.charging.domain.device_model import Place, Value
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
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
from services.charging.domain.smart_charging.planner import plan
from services.charging.domain.stations import (
    ConnectorReport,
    Site,
    SiteKind,
    Station,
    StationKey,
)
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

OURS = Scope("fleetcharge")
AT = datetime(2026, 3, 1, 6, tzinfo=UTC)
BARE = SiteLimits(Limit(1, 2, 3))
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


@asynccontextmanager
async def books(database: EmptyDatabase) -> AsyncIterator[tuple[Database, list[PostgresSiteBook]]]:
    nodes = [Database(database.conninfo), Database(database.conninfo)]
    for node in nodes:
        await node.open()
    try:
        await nodes[0].migrate()
        stations = PostgresStations(nodes[0])
        for name in ("depot", "yard"):
            site = Site(name, name, SiteKind.WORKPLACE, "Europe/Berlin")
            await stations.put_site("fleetcharge", site)
        yield nodes[0], [PostgresSiteBook(node) for node in nodes]
    finally:
        for node in nodes:
            await node.close()


def begin(database: EmptyDatabase, station_id: str) -> UUID:
    """A session that goes on."""
    session_id = uuid4()
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(
            """
            insert into session (id, start_identity, station_id, site_id, time_zone,
                connector_id, token_uid, authorization_status, started_at, meter_start_wh,
                company_id)
            values (%s, %s, %s, 'depot', 'UTC', 1, 'CARD1', 'Accepted', %s, 0, 'fleetcharge')
            """,
            (session_id, str(session_id), station_id, AT),
        )
    return session_id


def measure(
    database: EmptyDatabase, session_id: UUID, measured_at: datetime, register_wh: int
) -> None:
    """What its meter says at a moment."""
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(
            """
            insert into meter_reading (station_id, connector_id, transaction_id, measured_at,
                register_wh, received, received_at)
            select station_id, 1, transaction_id, %s, %s, '{}', now() from session where id = %s
            """,
            (measured_at, register_wh, session_id),
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


async def test_a_station_that_takes_watts_alone_is_known_by_what_it_told(
    database: EmptyDatabase,
) -> None:
    async with books(database) as (node, [book, _]):
        await PostgresSites(node).put_limits(OURS, "depot", BARE)
        key, spoken = StationKey.of("key"), {"OLD": OCPP_1_6, "NEW": OCPP_2_0_1, "BOTH": OCPP_1_6}
        stations = [Station(name, "depot", 1, key) for name in (*spoken, "GONE")]
        await PostgresStations(node).put("fleetcharge", stations)
        connections, models = PostgresConnections(node, uuid4()), PostgresDeviceModels(node)
        await connections.seen()
        for epoch, (name, version) in enumerate(spoken.items(), start=1):
            assert await connections.register(name, epoch, version)
        in_1_6 = Place("", "", 0, 0, "ChargingScheduleAllowedChargingRateUnit", "")
        in_2_0_1 = Place("SmartChargingCtrlr", "", 0, 0, "RateUnit", "")
        for name, place, told in (
            ("OLD", in_1_6, "Power"),
            ("NEW", in_2_0_1, "W"),
            ("GONE", in_1_6, "Power"),
            ("BOTH", in_1_6, "Current,Power"),
            ("BOTH", in_2_0_1, "W"),  # Of another life.
        ):
            await models.tell(name, [Value(place=place, value=told)], AT)
        situation = await book.situation("depot")
        assert situation
        units = {one.station_id: one.rate_unit.value for one in situation.stations}
        assert units == {"OLD": "W", "NEW": "W", "BOTH": "A", "GONE": "A"}


@pytest.mark.parametrize(
    ("in_1_6", "in_2_0_1", "periods"),
    [("4", None, 4), (None, "3", 3), ("6", "5", 5), ("24", None, 8), ("0", "many", 8)],
)
async def test_a_station_hears_no_more_periods_than_it_told_that_it_takes(
    database: EmptyDatabase, in_1_6: str | None, in_2_0_1: str | None, periods: int
) -> None:
    async with books(database) as (node, [book, _]):
        await PostgresSites(node).put_limits(OURS, "depot", BARE)
        station = Station("CP1", "depot", 1, StationKey.of("key"))
        await PostgresStations(node).put("fleetcharge", [station])
        begin(database, "CP1")
        for place, told in (
            (Place("", "", 0, 0, "ChargingScheduleMaxPeriods", ""), in_1_6),
            (Place("SmartChargingCtrlr", "", 0, 0, "PeriodsPerSchedule", ""), in_2_0_1),
        ):
            if told is not None:
                models = PostgresDeviceModels(node)
                await models.tell("CP1", [Value(place=place, value=told)], AT)
        situation = await book.situation("depot")
        assert situation
        assert [session.most_periods for session in situation.sessions] == [periods]


async def test_what_a_station_may_have_heard_is_kept_until_it_answers_or_forgets(
    database: EmptyDatabase,
) -> None:
    async with books(database) as (node, [book, _]):
        limits = SiteLimits(Limit(32_000, 32_000, 32_000))
        await PostgresSites(node).put_limits(OURS, "depot", limits)
        station = Station("CP1", "depot", 1, StationKey.of("key"))
        await PostgresStations(node).put("fleetcharge", [station])
        session_id = begin(database, "CP1")

        async def doubtful() -> int | None:
            situation = await book.situation("depot")
            assert situation
            [session] = situation.sessions
            return session.doubtful_ma

        planned = plan(limits, [], [], AT)
        number = await book.keep("depot", planned)
        for most, greatest in ((16_000, 16_000), (6_000, 16_000), (20_000, 20_000)):
            await book.telling({session_id: most})
            assert await doubtful() == greatest
        await book.told(number, [StationTold("CP1", session_id, False, doubtful_ma=7_000)])
        assert await doubtful() == 7_000
        await book.told(number, [StationTold("CP1", session_id, True)])
        assert await doubtful() is None
        await book.telling({session_id: 16_000})
        await book.forget("CP1")
        assert await doubtful() is None


async def test_a_station_that_boots_is_told_again_what_it_refused(database: EmptyDatabase) -> None:
    async with books(database) as (node, [book, _]):
        limits = SiteLimits(Limit(32_000, 32_000, 32_000))
        await PostgresSites(node).put_limits(OURS, "depot", limits)
        station = Station("CP1", "depot", 1, StationKey.of("key"))
        await PostgresStations(node).put("fleetcharge", [station])
        session_id = begin(database, "CP1")
        number = await book.keep("depot", plan(limits, [], [], AT))
        for boots in (False, True):
            if boots:
                boot = BootNotification(charge_point_vendor="V", charge_point_model="M")
                await PostgresStationReports(node).booted("CP1", boot, AT)
            else:
                refused = [StationTold("CP1", one, False) for one in (session_id, None)]
                await book.told(number, refused)
            situation = await book.situation("depot")
            assert situation
            refused_at = [situation.sessions[0].refused_at]
            refused_at += [one.default_refused_at for one in situation.stations]
            assert [at is None for at in refused_at] == [boots, boots]


async def test_a_default_that_may_have_been_heard_counts_if_it_is_more(
    database: EmptyDatabase,
) -> None:
    async with books(database) as (node, [book, _]):
        await PostgresSites(node).put_limits(OURS, "depot", BARE)
        station = Station("CP1", "depot", 1, StationKey.of("key"))
        await PostgresStations(node).put("fleetcharge", [station])
        for told, default_ma in (
            (StationTold("CP1", None, False), None),
            (StationTold("CP1", None, True, 8_000), 8_000),
            (StationTold("CP1", None, False, 10_000), 10_000),
            (StationTold("CP1", None, False), 10_000),
        ):
            await book.told(1, [told])
            situation = await book.situation("depot")
            assert situation
            assert [one.default_ma for one in situation.stations] == [default_ma]


async def test_a_session_whose_connector_is_free_draws_nothing(database: EmptyDatabase) -> None:
    """Each with what its station tells at which minute; the meter tells something at minute 8."""
    stories: list[tuple[list[tuple[int, int, str | None, str, int]], bool]] = [
        ([(0, 1, "NoError", "Available", -1)], True),  # Before it began.
        ([(0, 1, "NoError", "Available", 1)], True),  # Its clock may be late.
        ([(0, 1, "NoError", "Available", 7)], True),
        ([(0, 1, "NoError", "Charging", 9)], True),
        ([(0, 1, "NoError", "Available", 9)], False),
        ([(0, 2, "NoError", "Available", 9)], True),
        ([(1, 1, None, "Available", 9)], False),
        ([(1, 1, None, "Available", 9), (1, 2, None, "Occupied", 9)], True),
        ([(1, 1, None, "Unavailable", 9)], True),
    ]
    async with books(database) as (node, [book, _]):
        await PostgresSites(node).put_limits(OURS, "depot", BARE)
        key, names = StationKey.of("key"), [f"CP{number}" for number in range(len(stories))]
        stations = [Station(name, "depot", 2, key) for name in names]
        await PostgresStations(node).put("fleetcharge", stations)
        for name, (reports, _) in zip(names, stories, strict=True):
            session_id = begin(database, name)
            measure(database, session_id, AT + timedelta(minutes=8), 500)
            for evse_id, connector_id, error_code, status, minutes in reports:
                report = ConnectorReport(
                    evse_id=evse_id, connector_id=connector_id, status=status, error_code=error_code
                )
                at = AT + timedelta(minutes=minutes)
                await PostgresStationReports(node).status(name, report, at)
        situation = await book.situation("depot")
        assert situation
        going_on = {session.station_id for session in situation.sessions}
        assert [name in going_on for name in names] == [goes_on for _, goes_on in stories]


async def test_a_meter_that_stands_still_says_that_its_vehicle_takes_nothing(
    database: EmptyDatabase,
) -> None:
    """Registers by the minutes that have passed since."""
    async with books(database) as (node, [book, _]):
        await PostgresSites(node).put_limits(OURS, "depot", BARE)
        station = Station("CP1", "depot", 1, StationKey.of("key"))
        await PostgresStations(node).put("fleetcharge", [station])
        session_id = begin(database, "CP1")
        for registers, is_idle in (
            ({1: 500}, False),
            ({1: 500, 9: 500}, False),  # Not for long.
            ({1: 500, 14: 500}, True),
            ({1: 500, 14: 499}, False),
            ({25: 500, 40: 500}, False),  # Long ago.
        ):
            with psycopg.connect(database.conninfo) as connection:
                connection.execute("delete from meter_reading")
            for minutes, register_wh in registers.items():
                at = datetime.now(UTC) - timedelta(minutes=minutes)
                measure(database, session_id, at, register_wh)
            situation = await book.situation("depot")
            assert situation
            [session] = situation.sessions
            assert (session.idle_from is not None) is is_idle, registers


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
