"""Each use case spoken with the running program, both sides held against the official schemas."""

from typing import Any

import pytest

from tests.charging.examples import Payload
from tests.charging.ocpp201.use_cases import USE_CASES
from tests.charging.official import OCPP_2_0_1
from tests.charging.program import ChargingProgram
from tests.charging.smart_charging.test_sites import put_limits, site
from tests.charging.station import Station, connected
from tests.charging.test_commands import answered, issue, over
from tests.charging.transcripts import CentralSystem, Operator, among
from tests.charging.transcripts import Station as Said

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("name", USE_CASES)
async def test_use_case(program: ChargingProgram, station_id: str, name: str) -> None:
    use_case = USE_CASES[name]
    site_id = site(program, station_id, connectors=1) if use_case.limit_a else ""
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("Heartbeat")
        if use_case.limit_a:
            put_limits(program, site_id, use_case.limit_a)
        for step in use_case.steps:
            if isinstance(step, CentralSystem):
                await _heard(station, step)
                continue
            assert isinstance(step, Said | Operator)
            OCPP_2_0_1.check(f"{step.action}Request", step.says)
            answer = await _spoken(program, station_id, station, step)
            OCPP_2_0_1.check(f"{step.action}Response", answer)
            assert among(step.hears, answer), answer
    ended = program.get("/sessions", station_id=station_id, status="ended")["items"]
    assert [session["energy_wh"] for session in ended] == list(use_case.sessions)
    assert program.get("/quarantine", station_id=station_id)["items"] == []


async def _heard(station: Station, step: CentralSystem) -> None:
    """What the central system says by itself."""
    OCPP_2_0_1.check(f"{step.action}Response", step.hears)
    action, payload = await answered(station, 3, step.hears)
    OCPP_2_0_1.check(f"{action}Request", payload)
    assert action == step.action
    assert among(step.says, payload), payload


async def _spoken(
    program: ChargingProgram, station_id: str, station: Station, step: Said | Operator
) -> Payload:
    if not isinstance(step, Operator):
        return await station.call(step.action, **step.says)
    command = await issue(program, station_id, step.action, step.says)
    assert await answered(station, 3, step.hears) == (step.action, step.says)
    answer: dict[str, Any] = (await over(program, command["id"]))["answer"]
    return answer
