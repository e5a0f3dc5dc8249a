"""What breaks other central systems, in OCPP 2.0.1: real stations' misbehaviours.

As `tests/charging/test_regressions.py` has them for OCPP 1.6; `docs/simulator.md` lists both.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.charging.domain.quarantine import Rule
from simulator import misbehaviours
from simulator.misbehaviours import Misbehaviour
from simulator.ocpp201 import misbehaviours as of_2_0_1
from simulator.ocpp201.station import Station
from tests.charging.program import KEY, ChargingProgram
from tests.charging.regressions import CHARGE, NOON, registers, rules, sessions, the_charge

pytestmark = pytest.mark.integration

SAMPLES = 7


@pytest_asyncio.fixture
async def station(program: ChargingProgram, station_id: str) -> AsyncIterator[Station]:
    async with Station(program.stations_url, station_id, KEY) as station:
        yield station


@pytest.mark.parametrize(
    ("misbehave", "noticed"),
    [
        (misbehaviours.second_socket, set()),
        (misbehaviours.id_tag_case, set()),
        (of_2_0_1.retried_start, set()),
        (of_2_0_1.repeated_events, set()),
        (of_2_0_1.stop_before_start, {Rule.STOP_OF_UNKNOWN_TRANSACTION}),
        (of_2_0_1.events_out_of_order, set()),
        (of_2_0_1.kwh_labelled_wh, {Rule.REGISTER_IN_KWH}),
        (of_2_0_1.no_unit, set()),
        (of_2_0_1.pipelined_calls, set()),
    ],
    ids=lambda misbehave: getattr(misbehave, "__name__", ""),
)
@pytest.mark.parametrize("meter_wh", [0, 1_234_567])
async def test_one_session_with_its_energy(
    program: ChargingProgram,
    station: Station,
    misbehave: Misbehaviour,
    noticed: set[Rule],
    meter_wh: int,
) -> None:
    station.already_charged(replace(CHARGE, energy_wh=meter_wh))
    await misbehave(station, CHARGE)
    assert the_charge(program, station)["token_uid"] == "CARD1"
    assert rules(program, station) == noticed
    assert program.get(f"/stations/{station.station_id}")["online"]


async def test_samples_in_kwh_count_as_no_registers(
    program: ChargingProgram, station: Station
) -> None:
    await of_2_0_1.kwh_labelled_wh(station, CHARGE)
    assert registers(program, station) == [None] * (1 + SAMPLES) + [CHARGE.energy_wh]


@pytest.mark.parametrize("tell", [of_2_0_1.no_unit, of_2_0_1.repeated_events])
async def test_every_sample_is_kept_once_and_in_watt_hours(
    program: ChargingProgram, station: Station, tell: Misbehaviour
) -> None:
    await tell(station, CHARGE)
    energies = [energy_wh for _, energy_wh in CHARGE.readings(timedelta(minutes=15))]
    assert registers(program, station) == [0, *energies, CHARGE.energy_wh]


async def test_offline_transactions_that_arrive_days_later_out_of_order(
    program: ChargingProgram, station: Station
) -> None:
    await of_2_0_1.offline_for_days(station, CHARGE)
    found = sorted(sessions(program, station), key=lambda session: session["started_at"])
    assert [session["energy_wh"] for session in found] == [CHARGE.energy_wh] * 4
    days = [datetime.fromisoformat(session["started_at"]) for session in found]
    assert days == [NOON - timedelta(days=ago) for ago in (3, 2, 1, 0)]
    assert rules(program, station) == set()


async def test_a_clock_in_1970(program: ChargingProgram, station: Station) -> None:
    before = datetime.now(UTC)
    await misbehaviours.clock_in_1970(station, CHARGE)
    session = the_charge(program, station)
    started_at, ended_at = (
        datetime.fromisoformat(session[field]) for field in ("started_at", "ended_at")
    )
    assert before <= started_at <= ended_at <= datetime.now(UTC)
    assert rules(program, station) == {Rule.CLOCK_NOT_SET}


async def test_a_station_that_never_answers(program: ChargingProgram, station: Station) -> None:
    path = f"/stations/{station.station_id}/commands"
    asked = {"action": "Reset", "request": {"type": "Immediate"}}
    charging = asyncio.create_task(misbehaviours.never_answers(station, CHARGE))
    for _ in range(3):
        answer = await asyncio.to_thread(program.api.post, path, json=asked)
        answer.raise_for_status()
    await charging
    the_charge(program, station)
    commands = program.get(path)["items"]
    assert {command["state"] for command in commands} == {"sent"}


async def test_malformed_deep_and_binary_frames(program: ChargingProgram, station: Station) -> None:
    connection = await station.line.connected()
    await misbehaviours.malformed_frames(station, CHARGE)
    the_charge(program, station)
    answered = [(kind, code) for kind, _, code, *_ in connection.unexpected]
    unanswered = 2  # An unknown message type, and an answer to nothing.
    assert len(answered) == len(misbehaviours.MALFORMED) - unanswered
    assert {kind for kind, _ in answered} == {4}
    assert {code for _, code in answered} == {
        "RpcFrameworkError",
        "FormatViolation",
        "ProtocolError",
        "NotImplemented",
    }
    assert await station.line.connected() is connection


async def test_an_oversized_frame(program: ChargingProgram, station: Station) -> None:
    connection = await station.line.connected()
    await misbehaviours.oversized_frame(station, CHARGE)
    assert await connection.closed() == 1009
    the_charge(program, station)
    assert rules(program, station) == {"frame-malformed"}


@pytest.mark.parametrize("tell", [of_2_0_1.stop_with_made_up_id, of_2_0_1.comes_back_as_1_6])
async def test_only_its_own_events_end_a_transaction(
    program: ChargingProgram, station: Station, tell: Misbehaviour
) -> None:
    await tell(station, CHARGE)
    [session] = sessions(program, station)
    assert session["status"] == "active"
    [waiting] = program.get("/waiting-stops", station_id=station.station_id)["items"]
    assert waiting["meter_stop_wh"] == CHARGE.energy_wh
