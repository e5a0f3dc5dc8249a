"""The gateway's own rules, with nothing behind it: real sockets, no database."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from contracts.personas import OWN_COMPANY
from services.charging.adapters.system_clock import utc_now
from services.charging.application.central_system import CentralSystem
from services.charging.application.commands import CommandDelivery
from services.charging.application.conversation import Conversation
from services.charging.application.registrations import Registrations
from services.charging.domain.admission import Admission, Arrival, SecurityProfile
from services.charging.domain.attempts import FREE
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.registration import Registration
from services.charging.domain.stations import StationKey
from services.charging.entrypoints import gateway as gateway_module
from services.charging.entrypoints.gateway import Gateway
from simulator.connection import Connection
from tests.charging.program import KEY, basic, free_port


class Everybody:
    """Every station is known, by the same key, and nobody else has it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.arrives, self.registering = asyncio.Event(), asyncio.Event()
        self.registering.set()
        self._epochs = itertools.count(1)

    async def admission(self, station_id: str) -> Admission | None:
        self.asked.append(station_id)
        return Admission(
            station_id=station_id,
            company=OWN_COMPANY,
            profile=SecurityProfile.BASIC,
            key=StationKey.of(KEY),
            epoch=next(self._epochs),
            registration=Registration.ACCEPTED,
        )

    async def register(self, _station_id: str, _epoch: int, _version: Version) -> Arrival:
        self.arrives.set()
        await self.registering.wait()
        return Arrival.NEWEST

    async def deregister(self, _station_id: str, _epoch: int) -> None:
        """Forgotten at once."""


class Yes:
    """A central system that agrees."""

    version = OCPP_1_6
    actions: Sequence[str] = ()

    async def answer(self, _station_id: str, _action: str, _payload: bytes) -> bytes:
        return b"{}"


class Commands:
    def __init__(self) -> None:
        self.delivered = asyncio.Event()

    async def deliver(self, *_: object) -> None:
        self.delivered.set()


class Running:
    def __init__(
        self,
        gateway: Gateway,
        everybody: Everybody,
        commands: Commands,
        not_admitted: list[None],
        port: int,
    ) -> None:
        self.gateway = gateway
        self.commands = commands
        self.not_admitted = not_admitted
        self.everybody = everybody
        self.url = f"ws://127.0.0.1:{port}/ocpp"

    async def connect(self, station_id: str, key: str = KEY) -> Connection:
        return await Connection.open(self.url, station_id, key)


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Running]:
    everybody, commands, port = Everybody(), Commands(), free_port()
    not_admitted: list[None] = []
    gateway = Gateway(
        central_systems=[cast(CentralSystem, Yes())],
        connections=everybody,
        commands=cast(CommandDelivery, commands),
        conversation=lambda name: Conversation(name, lambda _: None, utc_now),
        keys=cast(Any, None),
        issued=cast(Any, None),
        proxies=2,
        not_admitted=lambda: not_admitted.append(None),
        registrations=Registrations(),
    )
    server = await gateway.serve("127.0.0.1", port)
    yield Running(gateway, everybody, commands, not_admitted, port)
    server.close()
    await server.wait_closed()


async def test_sockets_are_closed_one_after_the_other(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "CLOSED_A_SECOND", 1)
    first, second = await running.connect("CP1"), await running.connect("CP2")
    for station in (first, second):
        await station.call("Heartbeat", {})
    leaving = asyncio.create_task(running.gateway.leave(within=60))
    assert await first.closed() == 1001
    assert await second.call("Heartbeat", {}) == {}
    leaving.cancel()


async def test_no_more_time_is_taken_than_there_is(running: Running) -> None:
    stations = [await running.connect(f"CP{number}") for number in range(3)]
    for station in stations:
        await station.call("Heartbeat", {})
    await running.gateway.leave(within=0)
    assert [await station.closed() for station in stations] == [1001] * 3


async def test_who_comes_while_the_node_leaves_is_sent_on(running: Running) -> None:
    await running.gateway.leave(within=60)
    station = await running.connect("CP1")
    assert await station.closed() == 1001


async def test_who_shows_wrong_keys_is_not_looked_up_any_more(running: Running) -> None:
    async def status(station_id: str, key: str, *addresses: str) -> tuple[int, str | None]:
        try:
            forwarded = {"X-Forwarded-For": ", ".join(addresses)} if addresses else {}
            async with connect(
                f"{running.url}/{station_id}",
                subprotocols=[Subprotocol("ocpp1.6")],
                additional_headers=basic(station_id, key) | forwarded,
                proxy=None,
            ):
                return 101, None
        except InvalidStatus as refused:
            return refused.response.status_code, refused.response.headers.get("Retry-After")

    for number in range(FREE):
        assert await status("CP1", f"a-guess-at-the-key-{number}") == (401, None)
    asked = len(running.everybody.asked)
    for key in ("another-guess-at-it", KEY):
        assert await status("CP1", key) == (429, "1")
    assert len(running.everybody.asked) == asked
    assert await status("CP2", KEY) == (101, None)
    assert await status("CP1", KEY, "192.0.2.1", "198.51.100.7") == (101, None)
    assert len(running.not_admitted) == FREE + 2


async def test_a_command_that_comes_while_its_station_does_is_delivered(running: Running) -> None:
    running.everybody.registering.clear()
    await running.connect("CP1")
    await asyncio.wait_for(running.everybody.arrives.wait(), 20)
    running.gateway.command_waits("CP1")
    running.everybody.registering.set()
    await asyncio.wait_for(running.commands.delivered.wait(), 20)


async def test_nothing_is_asked_of_the_database_when_no_command_waits(running: Running) -> None:
    station = await running.connect("CP1")
    await station.call("Heartbeat", {})
    assert not running.commands.delivered.is_set()
