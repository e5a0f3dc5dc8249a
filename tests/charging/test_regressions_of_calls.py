"""Calls to a station at bad times: the real gateway in this process, a real PostgreSQL."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql import notices
from services.charging.adapters.postgresql.commands import PostgresCommands
from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.notices import Notices
from services.charging.adapters.postgresql.quarantine import PostgresQuarantine
from services.charging.adapters.postgresql.station_certificates import (
    PostgresStationCertificates,
)
from services.charging.adapters.postgresql.station_security import PostgresStationSecurity
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.adapters.system_clock import utc_now
from services.charging.application.central_system import CentralSystem, Route
from services.charging.application.commands import CommandDelivery, Commands
from services.charging.application.conversation import Conversation
from services.charging.application.inbound import Inbound
from services.charging.application.key_rotation import KeyRotation
from services.charging.application.ports import NoAnswerError
from services.charging.application.registrations import Registrations
from services.charging.domain.ocpp16.data_transfer import DataTransfer, DataTransferResponse
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp_j.frames import CallResult
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from services.charging.entrypoints import station_socket
from services.charging.entrypoints.gateway import Gateway
from simulator.connection import CallError, Connection, Payload
from tests.charging.company import learn_nothing
from tests.charging.program import KEY, free_port
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

STORM = 500
ASKED = b'{"requestedMessage":"Heartbeat"}'


@dataclass
class Node:
    """One node whose handler of ``DataTransfer`` calls the station before it answers."""

    url: str
    commands: Commands
    heard: list[bytes] = field(default_factory=list)

    async def handle(self, inbound: Inbound[DataTransfer]) -> DataTransferResponse:
        answer = await self.commands.call(inbound.station_id, OCPP_1_6, "TriggerMessage", ASKED)
        assert isinstance(answer, CallResult)
        self.heard.append(answer.payload)
        return DataTransferResponse(status="Accepted")


@pytest_asyncio.fixture
async def node(database: EmptyDatabase) -> AsyncIterator[Node]:
    store, port = Database(database.conninfo), free_port()
    await store.open()
    await store.migrate()
    await _register(store)
    book, connections = PostgresCommands(store), PostgresConnections(store, uuid4())
    await connections.seen()
    node = Node(f"ws://127.0.0.1:{port}/ocpp", Commands(book))
    registrations = Registrations()
    central_system = CentralSystem(
        version=OCPP_1_6,
        routes={"DataTransfer": Route(DataTransfer, node.handle)},
        quarantine=PostgresQuarantine(store),
        registrations=registrations,
        clock=utc_now,
    )
    security = PostgresStationSecurity(store)
    gateway = Gateway(
        central_systems=[central_system],
        connections=connections,
        commands=CommandDelivery(
            book,
            learn=learn_nothing,
            keys=KeyRotation(security),
            registrations=registrations,
            clock=utc_now,
        ),
        keys=security,
        issued=PostgresStationCertificates(store),
        registrations=registrations,
        conversation=lambda name: Conversation(name, lambda _: None, utc_now),
    )
    hear = {
        notices.COMMAND_WAITS: gateway.command_waits,
        notices.COMMAND_OVER: lambda payload: node.commands.over(UUID(payload)),
        notices.SUPERSEDED: lambda _: None,
    }
    listening = asyncio.create_task(
        Notices(database.conninfo, hear=hear, look_again=lambda _: node.commands.look_again()).run()
    )
    server = await gateway.serve("127.0.0.1", port)
    try:
        yield node
    finally:
        server.close()
        await server.wait_closed()
        listening.cancel()
        await asyncio.wait({listening})
        await store.close()


async def test_a_call_to_the_station_from_inside_a_handler(node: Node) -> None:
    async def answer(action: str, _payload: Payload) -> Payload:
        return {"status": "Accepted", "told": action}

    connection = await Connection.open(node.url, "CP1", KEY, answer)
    answered = await connection.call("DataTransfer", {"vendorId": "asks.back"})
    assert answered == {"status": "Accepted"}
    [heard] = node.heard
    assert b"TriggerMessage" in heard
    await connection.close()


async def test_a_call_that_is_never_answered_does_not_stop_the_next(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_socket, "ANSWER_WITHIN", 0.2)
    silent = True

    async def answer(_action: str, _payload: Payload) -> Payload:
        if silent:
            await asyncio.Event().wait()
        return {"status": "Accepted"}

    connection = await Connection.open(node.url, "CP1", KEY, answer)
    with pytest.raises(CallError, match="NotImplemented"):
        await connection.call("Heartbeat", {})  # Answered: the node has the station.
    for _ in range(2):
        with pytest.raises(NoAnswerError):
            await node.commands.call("CP1", OCPP_1_6, "TriggerMessage", ASKED)
    silent = False
    answered = await node.commands.call("CP1", OCPP_1_6, "TriggerMessage", ASKED)
    assert isinstance(answered, CallResult)
    await connection.close()


async def test_a_busy_node_lets_those_who_come_wait(node: Node) -> None:
    address = urlsplit(node.url)
    with ExitStack() as stack:
        # As nothing here awaits, the node accepts none of them meanwhile.
        waiting = [stack.enter_context(socket.socket()) for _ in range(STORM)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex((address.hostname, address.port))
        there = [_is_connected(one) for one in waiting]
    assert all(there)


def _is_connected(client: socket.socket) -> bool:
    try:
        client.getpeername()
    except OSError:
        return False
    return True


async def _register(store: Database) -> None:
    stations = PostgresStations(store)
    site = Site("depot", "Depot", SiteKind.WORKPLACE, "Europe/Berlin")
    await stations.put_site(OWN_COMPANY, site)
    await stations.put(OWN_COMPANY, [Station("CP1", "depot", 1, StationKey.of(KEY))])
