"""Each use case spoken with the running program, both sides held against the official schemas."""

from typing import Any

import pytest

from tests.charging.examples import Payload
from tests.charging.ocpp201.transcripts import USE_CASES, Operator, Step
from tests.charging.official import OCPP_2_0_1
from tests.charging.program import ChargingProgram
from tests.charging.station import Station, connected
from tests.charging.test_commands import answered, issue, over

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("name", USE_CASES)
async def test_use_case(program: ChargingProgram, station_id: str, name: str) -> None:
    use_case = USE_CASES[name]
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("Heartbeat")
        for step in use_case.steps:
            OCPP_2_0_1.check(f"{step.action}Request", step.says)
            answer = await _spoken(program, station_id, station, step)
            OCPP_2_0_1.check(f"{step.action}Response", answer)
            assert answer == answer | step.hears
    ended = program.get("/sessions", station_id=station_id, status="ended")["items"]
    assert [session["energy_wh"] for session in ended] == list(use_case.sessions)
    assert program.get("/quarantine", station_id=station_id)["items"] == []


async def _spoken(
    program: ChargingProgram, station_id: str, station: Station, step: Step
) -> Payload:
    if not isinstance(step, Operator):
        return await station.call(step.action, **step.says)
    command = await issue(program, station_id, step.action, step.says)
    assert await answered(station, 3, step.hears) == (step.action, step.says)
    answer: dict[str, Any] = (await over(program, command["id"]))["answer"]
    return answer


def test_every_block_has_one() -> None:
    assert sorted({name[0] for name in USE_CASES}) == list("ABCDEFGHIJKLMNOP")
