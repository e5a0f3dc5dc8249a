"""What a plan knows of a site, from what PostgreSQL keeps of its stations and sessions."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.device_models import PostgresDeviceModels
from services.charging.adapters.postgresql.sites.sites import PostgresSites
from services.charging.adapters.postgresql.station_reports import PostgresStationReports
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.smart_charging.telling import StationTold
from services.charging.domain.device_model import Place, Value
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.smart_charging.limits import (
    Limit,
    SiteLimits,
)
from services.charging.domain.smart_charging.planner import plan
from services.charging.domain.stations import (
    ConnectorReport,
    Station,
    StationKey,
)
from tests.charging.smart_charging.site_books import (
    AT,
    BARE,
    OURS,
    begin,
    books,
    measure,
    plan_one_station,
)
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration


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
        await plan_one_station(node)
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
        await plan_one_station(node)
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
        await plan_one_station(node)
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
