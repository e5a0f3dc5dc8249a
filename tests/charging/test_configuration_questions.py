"""What stations are set to is asked for after a boot: once, of few at a time, by whatever node."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import psycopg
import pytest

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql.commands import PostgresCommands
from services.charging.adapters.postgresql.configurations import PostgresConfigurations
from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.device_models import PostgresDeviceModels
from services.charging.adapters.postgresql.station_reports import PostgresStationReports
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.commands import Commands
from services.charging.application.configuration import ASKED_AT_ONCE, ConfigurationQuestions
from services.charging.application.device_answers import DeviceAnswers
from services.charging.application.ports import UnavailableError
from services.charging.domain.commands import CommandState
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.provisioning import BootNotification, ChargingStation
from services.charging.domain.ocpp201.variables import (
    GetBaseReport,
    GetBaseReportResponse,
    SetVariables,
    SetVariablesResponse,
)
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.stations import Station, StationKey
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

ASKED = GetBaseReport(request_id=1, report_base="FullInventory")
ACCEPTED = GetBaseReportResponse(status="Accepted")
TIMEOUT = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "MessageTimeout"}}
CHANGED = msgspec.convert(
    {"setVariableData": [{"attributeValue": "30", **TIMEOUT}]}, type=SetVariables
)
REBOOT_REQUIRED = msgspec.convert(
    {"setVariableResult": [{"attributeStatus": "RebootRequired", **TIMEOUT}]},
    type=SetVariablesResponse,
)


class Stations:
    """Some that are connected, and the commands that they get."""

    def __init__(self, kept: Database, conninfo: str) -> None:
        self._kept = kept
        self._conninfo = conninfo
        self._connections = PostgresConnections(kept, uuid4())
        self._answers = DeviceAnswers(PostgresDeviceModels(kept))
        self._epoch = 0
        self.book = PostgresCommands(kept)
        self.questions = ConfigurationQuestions(PostgresConfigurations(kept), Commands(self.book))

    async def connect(self, *ids: str, version: Version = OCPP_2_0_1) -> None:
        key = StationKey.of("a-long-and-random-key")
        stations = PostgresStations(self._kept)
        await stations.put(OWN_COMPANY, [Station(name, "depot", 1, key) for name in ids])
        await self._connections.seen()
        for station_id in ids:
            self._epoch += 1
            assert await self._connections.register(station_id, self._epoch, version)

    async def boot(self, *ids: str, firmware: str = "1") -> None:
        """So long ago that they have said what they had to say first."""
        station = ChargingStation(model="M", vendor_name="V", firmware_version=firmware)
        boot = BootNotification(charging_station=station, reason="PowerUp")
        reports = PostgresStationReports(self._kept)
        at = datetime.now(UTC)
        await asyncio.gather(*(reports.booted(station_id, boot, at) for station_id in ids))
        await self.pass_two_minutes()

    async def pass_two_minutes(self) -> None:
        async with self._kept.statement() as connection:
            await connection.execute(
                "update station set booted_at = booted_at - interval '2 minutes',"
                " configuration_asked_at = configuration_asked_at - interval '2 minutes'"
            )

    async def learn(self, asked: Message, answer: Message) -> None:
        await self._answers.learn("CP1", asked, answer, datetime.now(UTC))

    def open(self) -> Counter[str]:
        """How many commands are under way, by station."""
        with psycopg.connect(self._conninfo) as connection:
            rows = connection.execute("select station_id from command where over_at is null")
            return Counter(station_id for (station_id,) in rows.fetchall())

    async def answer(self, station_id: str) -> list[str]:
        """The actions that it was asked for; all of them get an answer."""
        async with self._kept.statement() as connection:
            cursor = await connection.execute(
                "select epoch from station_connection where station_id = %s", (station_id,)
            )
            row = await cursor.fetchone()
        assert row
        commands = await self.book.claim(station_id, row[0])
        for command in commands:
            await self.book.close(
                command.id, command.version, CommandState.ANSWERED, answer=b"{}", reason=None
            )
        return [command.action for command in commands]

    async def asked(self) -> list[str]:
        """What CP1 is asked for, when some time has passed."""
        await self.questions.ask_some()
        await self.questions.ask_some()
        return await self.answer("CP1")


@pytest.fixture
def stations(kept: Database, database: EmptyDatabase) -> Stations:
    return Stations(kept, database.conninfo)


async def test_the_inventory_is_asked_for_once_for_each_firmware(stations: Stations) -> None:
    await stations.connect("CP1")
    await stations.boot("CP1")
    assert await stations.asked() == ["GetBaseReport"]
    assert await stations.asked() == []
    # It did not say that it would tell: asked again, but not before it boots.
    await stations.boot("CP1")
    assert await stations.asked() == ["GetBaseReport"]
    await stations.learn(ASKED, ACCEPTED)
    await stations.boot("CP1")
    assert await stations.asked() == []
    await stations.boot("CP1", firmware="2")
    assert await stations.asked() == ["GetBaseReport"]


async def test_a_change_that_needed_the_reboot_is_asked_for_after_it(stations: Stations) -> None:
    await stations.connect("CP1")
    await stations.boot("CP1")
    await stations.learn(ASKED, ACCEPTED)
    await stations.learn(CHANGED, REBOOT_REQUIRED)
    await stations.boot("CP1")
    assert await stations.asked() == ["GetBaseReport"]


async def test_keys_are_asked_for_after_each_boot(stations: Stations) -> None:
    await stations.connect("CP1", version=OCPP_1_6)
    for _ in range(2):
        await stations.boot("CP1")
        assert await stations.asked() == ["GetConfiguration"]


async def test_nobody_is_asked_who_is_being_asked(stations: Stations) -> None:
    await stations.connect("CP1")
    await stations.boot("CP1")
    await stations.book.open(uuid4(), "CP1", OCPP_2_0_1, "GetBaseReport", b"{}")
    await stations.questions.ask_some()
    assert stations.open() == {"CP1": 1}
    assert await stations.answer("CP1") == ["GetBaseReport"]
    assert await stations.asked() == ["GetBaseReport"]


async def test_a_node_that_died_over_its_question_has_asked_it(
    stations: Stations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise UnavailableError

    await stations.connect("CP1")
    await stations.boot("CP1")
    with monkeypatch.context() as dying:
        dying.setattr(PostgresConfigurations, "asked", die)
        with pytest.raises(UnavailableError):
            await stations.questions.ask_some()
    assert await stations.answer("CP1") == ["GetBaseReport"]
    assert await stations.asked() == []


async def test_a_storm_of_boots_is_asked_by_and_by_each_station_once_at_a_time(
    stations: Stations, kept: Database, database: EmptyDatabase
) -> None:
    other = Stations(kept, database.conninfo)
    ids = [f"S{number}" for number in range(45)]
    await stations.connect(*ids)
    await stations.boot(*ids)
    order = random.Random(7)  # noqa: S311 — an order, no secret
    asked: Counter[str] = Counter()
    for _ in range(12):
        before = stations.open().total()
        await asyncio.gather(stations.questions.ask_some(), other.questions.ask_some())
        waiting = stations.open()
        assert max(waiting.values(), default=0) <= 1
        assert waiting.total() - before <= 2 * ASKED_AT_ONCE
        for station_id in order.sample(sorted(waiting), len(waiting) // 2):
            asked[station_id] += len(await stations.answer(station_id))
        if order.random() < 0.4:
            await stations.boot(*order.sample(ids, 9))
    assert asked.total() >= len(ids) // 2
