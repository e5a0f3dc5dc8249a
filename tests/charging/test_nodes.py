"""Two nodes on one database: commands, and connections that move."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed

from tests.charging.aws import Aws
from tests.charging.program import ChargingProgram, charging_program
from tests.charging.station import Station, connected

pytestmark = pytest.mark.integration


@pytest.fixture
def other(
    program: ChargingProgram, aws: Aws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChargingProgram]:
    """A second node on the database of the first."""
    folder = tmp_path_factory.mktemp("other")
    with charging_program(program.database, aws, folder) as other:
        other.start()
        other.healthy()
        other.sign_in()
        yield other


def remote_start(node: ChargingProgram, station_id: str) -> "asyncio.Task[httpx.Response]":
    path = f"/stations/{station_id}/remote-start"
    call = asyncio.to_thread(node.api.post, path, json={"token_uid": "CARD1"})
    return asyncio.create_task(call)


async def accept(station: Station) -> None:
    _, message_id, action, payload = await station.receive()
    assert (action, payload) == ("RemoteStartTransaction", {"idTag": "CARD1"})
    await station.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))


async def test_a_command_reaches_the_node_with_the_socket(
    program: ChargingProgram, other: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        for asked_of in (other, program):
            asked = remote_start(asked_of, station_id)
            await accept(station)
            assert (await asked).json() == {"status": "Accepted"}


async def test_many_commands_from_both_nodes(
    program: ChargingProgram, other: ChargingProgram, station_id: str
) -> None:
    async with connected(other, station_id) as station:
        await station.call("Heartbeat")
        asked = [remote_start(node, station_id) for node in (program, other) for _ in range(8)]
        for _ in asked:
            await accept(station)
        answers: list[Any] = [answer.json() for answer in await asyncio.gather(*asked)]
    assert answers == [{"status": "Accepted"}] * 16


async def test_a_killed_nodes_station_is_commanded_at_its_new_node(
    program: ChargingProgram, other: ChargingProgram, station_id: str
) -> None:
    async with connected(other, station_id) as lost:
        await lost.call("Heartbeat")
        other.kill()
        # The dead node still seems to hold the station: the command waits for its new socket.
        asked = remote_start(program, station_id)
        async with connected(program, station_id) as station:
            await accept(station)
            assert (await asked).json() == {"status": "Accepted"}
            asked = remote_start(program, station_id)
            await accept(station)
            assert (await asked).json() == {"status": "Accepted"}


async def test_a_socket_at_another_node_supersedes(
    program: ChargingProgram, other: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as older:
        await older.call("Heartbeat")
        async with connected(other, station_id) as newer:
            with pytest.raises(ConnectionClosed) as closed:
                await older.receive()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
            assert program.get(f"/stations/{station_id}")["online"]
            asked = remote_start(program, station_id)
            await accept(newer)
            assert (await asked).json() == {"status": "Accepted"}


async def test_a_station_that_went_away_over_a_command(
    program: ChargingProgram, other: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        asked = remote_start(other, station_id)
        await station.receive()
    assert (await asked).status_code == 504


async def test_a_notice_that_is_missed_costs_time_only(
    program: ChargingProgram, other: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        with psycopg.connect(program.database.conninfo, dbname="postgres") as connection:
            ended = connection.execute(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = %s and application_name = 'charging notices'
                """,
                (program.database.name,),
            )
            assert ended.fetchall() == [(True,), (True,)]
        asked = remote_start(other, station_id)  # while nobody listens
        await accept(station)
        assert (await asked).json() == {"status": "Accepted"}
