"""What a station was told yes to is there, once, whatever is killed."""

import asyncio

import psycopg
import pytest
from psycopg import sql
from websockets.exceptions import ConnectionClosed

from contracts.events import SessionEndedEvent, SessionEvent, SessionStartedEvent
from tests.charging.aws import Aws
from tests.charging.program import ChargingProgram
from tests.charging.station import NOW, connected

pytestmark = pytest.mark.integration


async def events_of(station_id: str, aws: Aws) -> list[SessionEvent]:
    while len(aws.events_of(station_id)) < 2:
        await asyncio.sleep(0.02)
    return aws.events_of(station_id)


async def test_killed_in_mid_session_and_restarted(
    program: ChargingProgram, station_id: str, aws: Aws
) -> None:
    async with connected(program, station_id) as station:
        transaction_id = await station.start(meter=1000)
        await station.meter(transaction_id, "4000")
        program.kill()
        with pytest.raises(ConnectionClosed):
            await station.meter(transaction_id, "5000")
    program.start()
    program.healthy()
    async with connected(program, station_id) as station:
        assert await station.start(meter=1000) == transaction_id  # it never knew of our answer
        await station.meter(transaction_id, "4000")  # nor of this one
        await station.meter(transaction_id, "5000")
        await station.stop(transaction_id, 8450)
        await station.stop(transaction_id, 8450)

    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert (session["status"], session["energy_wh"]) == ("ended", 7450)
    with psycopg.connect(program.database.conninfo) as connection:
        registers = connection.execute(
            "select register_wh from meter_reading where station_id = %s order by 1", (station_id,)
        )
        assert registers.fetchall() == [(4000,), (5000,)]
    events = await events_of(station_id, aws)
    assert [type(event) for event in events] == [SessionStartedEvent, SessionEndedEvent]
    assert {event.data.session_id for event in events} == {session["id"]}


async def test_a_node_that_leaves_answers_what_is_in_hand(
    program: ChargingProgram, station_id: str
) -> None:
    left = program.log.count('"leaving"')
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        with psycopg.connect(program.database.conninfo) as other:
            lock = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
            other.execute(lock, (station_id,))
            starting = asyncio.create_task(station.start())
            while not other.execute("select from pg_locks where not granted").fetchall():
                await asyncio.sleep(0.02)
            leaving = asyncio.create_task(asyncio.to_thread(program.terminate))
            while program.log.count('"leaving"') == left:
                await asyncio.sleep(0.02)
            other.commit()
        assert await starting
        with pytest.raises(ConnectionClosed) as closed:
            await station.receive()
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1001
    assert await leaving == 0


async def test_a_queue_that_refuses_gets_the_events_later(
    program: ChargingProgram, station_id: str, aws: Aws
) -> None:
    aws.refuses = True
    async with connected(program, station_id) as station:
        await station.stop(await station.start(meter=0), 5000)
        program.kill()
        aws.refuses = False
        program.start()
        program.healthy()
    _, ended = await events_of(station_id, aws)
    assert isinstance(ended, SessionEndedEvent)
    assert ended.data.energy_wh == 5000


async def test_no_yes_while_nothing_can_be_kept(program: ChargingProgram, station_id: str) -> None:
    admin = psycopg.connect(program.database.conninfo, dbname="postgres", autocommit=True)
    allow = sql.SQL("alter database {} allow_connections {}")
    name = sql.Identifier(program.database.name)
    async with connected(program, station_id) as station:
        transaction_id = await station.start()
        admin.execute(allow.format(name, sql.SQL("false")))
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (program.database.name,),
        )
        refused = await station.try_call(
            "StopTransaction", transactionId=transaction_id, meterStop=2000, timestamp=NOW
        )
        assert refused[:1] + refused[2:3] == [4, "InternalError"]
        value = {"timestamp": NOW, "sampledValue": [{"value": "1"}]}
        refused = await station.try_call("MeterValues", connectorId=1, meterValue=[value])
        assert refused[:1] + refused[2:3] == [4, "InternalError"]
        health = program.health()
        assert health.status_code == 503
        assert "database" in health.json()["detail"]

        admin.execute(allow.format(name, sql.SQL("true")))
        admin.close()
        program.healthy()
        await station.stop(transaction_id, 2000)
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["energy_wh"] == 1000


async def test_leaves_politely(program: ChargingProgram, station_id: str, aws: Aws) -> None:
    async with connected(program, station_id) as station:
        await station.stop(await station.start(), 2000)
        status = await asyncio.to_thread(program.terminate)
        with pytest.raises(ConnectionClosed) as closed:
            await station.receive()
    assert status == 0
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    assert len(aws.events_of(station_id)) == 2
