"""What breaks other central systems, one test for each, with real stations' misbehaviours.

The simulator misbehaves against the running program and its PostgreSQL; `docs/simulator.md` lists
which test is whose.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import pytest_asyncio

from simulator import misbehaviours
from simulator.connection import Connection
from simulator.fleet import connected
from simulator.ocpp16 import messages
from simulator.ocpp16 import misbehaviours as of_1_6
from simulator.ocpp16.station import Station
from simulator.ocpp201.station import Station as Station201
from tests.charging.program import KEY, ChargingProgram
from tests.charging.regressions import CHARGE, NOON, registers, rules, sessions, the_charge

pytestmark = pytest.mark.integration

STORM = 2_000


@pytest_asyncio.fixture
async def station(program: ChargingProgram, station_id: str) -> AsyncIterator[Station]:
    async with Station(program.stations_url, station_id, KEY) as station:
        yield station


async def test_a_second_socket_and_then_the_first_closes(
    program: ChargingProgram, station: Station
) -> None:
    await misbehaviours.second_socket(station, CHARGE)
    the_charge(program, station)
    assert program.get(f"/stations/{station.station_id}")["online"]


async def test_a_boot_storm_of_2000_stations(program: ChargingProgram) -> None:
    ids = [f"STORM{number}" for number in range(STORM)]
    for first in range(0, STORM, 1000):
        program.register(*ids[first : first + 1000])
    stations = [Station(program.stations_url, name, KEY) for name in ids]
    async with connected(stations, at_once=STORM):
        with psycopg.connect(program.database.conninfo) as connection:
            online = "select count(*) from live_connection where station_id like 'STORM%'"
            booted = "select count(*) from station where id like 'STORM%' and boot is not null"
            counts = [connection.execute(query).fetchone() for query in (online, booted)]
    assert counts == [(STORM,), (STORM,)]


async def test_a_start_retried_with_new_message_ids(
    program: ChargingProgram, station: Station
) -> None:
    await of_1_6.retried_start(station, CHARGE)
    the_charge(program, station)


async def test_a_stop_of_transaction_minus_one(program: ChargingProgram, station: Station) -> None:
    await of_1_6.stop_without_id(station, CHARGE)
    the_charge(program, station)
    assert rules(program, station) == {"stop-of-unknown-transaction"}


async def test_a_stop_of_a_transaction_id_that_nobody_gave(
    program: ChargingProgram, station: Station
) -> None:
    await of_1_6.stop_with_made_up_id(station, CHARGE)
    the_charge(program, station)
    assert rules(program, station) == {"stop-of-unknown-transaction"}


async def test_a_stop_before_its_start(program: ChargingProgram, station: Station) -> None:
    await of_1_6.stop_before_start(station, CHARGE)
    the_charge(program, station)
    assert rules(program, station) == {"stop-of-unknown-transaction"}


async def test_offline_transactions_that_arrive_days_later_out_of_order(
    program: ChargingProgram, station: Station
) -> None:
    await of_1_6.offline_for_days(station, CHARGE)
    found = sorted(sessions(program, station), key=lambda session: session["started_at"])
    assert [session["energy_wh"] for session in found] == [CHARGE.energy_wh] * 4
    days = [datetime.fromisoformat(session["started_at"]) for session in found]
    assert days == [NOON - timedelta(days=ago) for ago in (3, 2, 1, 0)]


async def test_a_clock_in_1970(program: ChargingProgram, station: Station) -> None:
    before = datetime.now(UTC)
    await misbehaviours.clock_in_1970(station, CHARGE)
    session = the_charge(program, station)
    started_at, ended_at = (
        datetime.fromisoformat(session[field]) for field in ("started_at", "ended_at")
    )
    assert before <= started_at <= ended_at <= datetime.now(UTC)
    assert rules(program, station) == {"clock-not-set"}


@pytest.mark.parametrize("meter_wh", [0, 1_234_567])
async def test_kwh_labelled_wh(program: ChargingProgram, station: Station, meter_wh: int) -> None:
    station.already_charged(replace(CHARGE, energy_wh=meter_wh))
    await of_1_6.kwh_labelled_wh(station, CHARGE)
    the_charge(program, station)
    assert registers(program, station) == [None] * 7
    assert rules(program, station) == {"register-in-kwh"}


async def test_no_unit_is_watt_hours(program: ChargingProgram, station: Station) -> None:
    await of_1_6.no_unit(station, CHARGE)
    the_charge(program, station)
    assert registers(program, station)[-1] == 6_518
    assert rules(program, station) == set()


async def test_an_id_tag_in_any_case_is_one_token(
    program: ChargingProgram, station: Station
) -> None:
    await misbehaviours.id_tag_case(station, CHARGE)
    assert the_charge(program, station)["token_uid"] == "CARD1"
    assert rules(program, station) == set()


async def test_a_1_6_station_comes_back_as_2_0_1_in_the_middle_of_a_charge(
    program: ChargingProgram, station: Station
) -> None:
    transaction = await station.start(CHARGE)
    await station.line.close()
    newer = replace(CHARGE, started_at=CHARGE.ended_at, ended_at=NOON + timedelta(hours=9))
    async with Station201(program.stations_url, station.station_id, KEY) as updated:
        updated.already_charged(CHARGE)
        await updated.charge(newer)
    await station.stop(transaction)
    found = sessions(program, station)
    assert [session["energy_wh"] for session in found] == [CHARGE.energy_wh] * 2
    assert {session["status"] for session in found} == {"ended"}


async def test_a_charge_that_ends_in_another_version(
    program: ChargingProgram, station: Station
) -> None:
    await of_1_6.comes_back_as_2_0_1(station, CHARGE)
    the_charge(program, station)
    assert rules(program, station) == set()


async def test_pipelined_calls(program: ChargingProgram, station: Station) -> None:
    await of_1_6.pipelined_calls(station, CHARGE)
    the_charge(program, station)
    assert len(registers(program, station)) == 7


async def test_a_station_that_never_answers(program: ChargingProgram, station: Station) -> None:
    path = f"/stations/{station.station_id}/commands"
    asked = {"action": "Reset", "request": {"type": "Soft"}}
    charging = asyncio.create_task(misbehaviours.never_answers(station, CHARGE))
    for _ in range(3):
        answer = await asyncio.to_thread(program.api.post, path, json=asked)
        answer.raise_for_status()
    await charging
    the_charge(program, station)
    while "pending" in (states := {one["state"] for one in program.get(path)["items"]}):
        await asyncio.sleep(0.02)
    assert states == {"sent"}


async def test_malformed_deep_and_binary_frames(program: ChargingProgram, station: Station) -> None:
    connection: Connection = await station.line.connected()
    await misbehaviours.malformed_frames(station, CHARGE)
    the_charge(program, station)
    answered = [(kind, code) for kind, _, code, *_ in connection.unexpected]
    unanswered = 2  # An unknown message type, and an answer to nothing.
    assert len(answered) == len(misbehaviours.MALFORMED) - unanswered
    assert {kind for kind, _ in answered} == {4}
    assert await station.line.connected() is connection


async def test_an_oversized_frame(program: ChargingProgram, station: Station) -> None:
    connection = await station.line.connected()
    await misbehaviours.oversized_frame(station, CHARGE)
    assert await connection.closed() == 1009
    the_charge(program, station)
    assert rules(program, station) == {"frame-malformed"}


async def test_what_a_day_s_session_tells_at_its_end_is_taken(
    program: ChargingProgram, station: Station
) -> None:
    """Each minute with seven measurands, as some stations send it: over a million bytes."""
    transaction = await station.start(CHARGE)
    at = CHARGE.started_at.isoformat()
    measurands = ("Voltage", "Temperature", "SoC", "Power.Active.Import", "Current.Import")
    samples = [
        {"value": "230.1", "context": "Sample.Periodic", "format": "Raw", "measurand": one}
        for one in (*measurands, "Power.Offered", "Current.Offered")
    ]
    told = [{"timestamp": at, "sampledValue": samples} for _ in range(24 * 60)]
    stop = messages.stop(int(transaction.id), CHARGE, transaction.meter_start_wh + CHARGE.energy_wh)
    await station.line.call("StopTransaction", stop | {"transactionData": told})
    the_charge(program, station)
    assert rules(program, station) == set()
