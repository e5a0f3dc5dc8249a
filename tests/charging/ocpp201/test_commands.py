"""Every command to a station that speaks OCPP 2.0.1, through the running program, as a task."""

import pytest

from tests.charging.examples import Payload
from tests.charging.ocpp201.command_examples import COMMANDS
from tests.charging.ocpp201.examples import VARIABLE
from tests.charging.official import OCPP_2_0_1
from tests.charging.program import ChargingProgram
from tests.charging.station import connected
from tests.charging.test_commands import answered, issue, over

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("action", COMMANDS)
async def test_command(program: ChargingProgram, station_id: str, action: str) -> None:
    request, answer = COMMANDS[action]
    OCPP_2_0_1.check(f"{action}Request", request)
    OCPP_2_0_1.check(f"{action}Response", answer)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("Heartbeat")
        command = await issue(program, station_id, action, request)
        assert await answered(station, 3, answer) == (action, request)
        command = await over(program, command["id"])
    assert (command["state"], command["request"], command["answer"], command["ocpp_version"]) == (
        "answered",
        request,
        answer,
        "ocpp2.0.1",
    )


async def test_what_is_no_command(program: ChargingProgram, station_id: str) -> None:
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("Heartbeat")
        password = {
            "component": {"name": "SecurityCtrlr"},
            "variable": {"name": "BasicAuthPassword"},
        }
        for action, request, said in (
            ("Reset", {}, "type"),
            ("ReserveNow", {**COMMANDS["ReserveNow"][0], "evseID": 1}, "evseID"),
            ("GetVariables", {"getVariableData": []}, "getVariableData"),
            (
                "GetVariables",
                {"getVariableData": [{**VARIABLE, "atributeType": "Target"}]},
                "getVariableData.0.atributeType",
            ),
            ("SetVariables", {"setVariableData": [{"attributeValue": "x", **password}]}, "secret"),
            ("ChangeConfiguration", {"key": "A", "value": "B"}, "ocpp2.0.1"),
        ):
            wanted: Payload = {"action": action, "request": request}
            answer = program.api.post(f"/stations/{station_id}/commands", json=wanted)
            assert answer.status_code == 422
            assert said in answer.json()["detail"]
    assert program.get(f"/stations/{station_id}/commands")["items"] == []
