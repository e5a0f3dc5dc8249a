"""What stations tell of their variables and monitors (OCPP 2.0.1, blocks B and N)."""

from typing import Any

import pytest

from tests.charging.examples import AT, Payload
from tests.charging.ocpp201.examples import EVENT, MESSAGES, VARIABLE
from tests.charging.program import ChargingProgram
from tests.charging.station import Station, connected
from tests.charging.test_commands import answered, issue, over

pytestmark = pytest.mark.integration

SHOUTED = {
    "component": {"name": "evse", "evse": {"id": 1, "connectorId": 1}},
    "variable": {"name": "AVAILABILITYSTATE", "instance": "Now"},
}
"""The same variable: names ignore case."""


async def ask(
    program: ChargingProgram, station: Station, station_id: str, action: str, *said: Payload
) -> None:
    request, answer = said
    command = await issue(program, station_id, action, request)
    await answered(station, 3, answer)
    assert (await over(program, command["id"]))["state"] == "answered"


def values(program: ChargingProgram, station_id: str) -> dict[str, str]:
    variables = program.get(f"/stations/{station_id}/variables")["items"]
    return {variable["attribute"]: variable["value"] for variable in variables}


async def test_a_report_and_what_comes_after_it(program: ChargingProgram, station_id: str) -> None:
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("NotifyReport", **MESSAGES["NotifyReport"])
        [actual, target] = program.get(f"/stations/{station_id}/variables")["items"]
        assert (actual["component"], actual["evse_id"], actual["variable"]) == (
            "EVSE",
            1,
            "AvailabilityState",
        )
        assert actual["characteristics"]["valuesList"] == "Available,Unavailable"
        assert (actual["mutability"], target["mutability"]) == ("ReadOnly", "ReadWrite")

        await station.call("NotifyEvent", **MESSAGES["NotifyEvent"])
        assert values(program, station_id) == {"Actual": "81.5", "Target": "Unavailable"}
        [event] = program.get(f"/stations/{station_id}/notifications")["items"]
        assert event["action"] == "NotifyEvent"

        result = {**SHOUTED, "attributeStatus": "Accepted", "attributeValue": "Faulted"}
        unknown = {**SHOUTED, "attributeType": "Target", "attributeStatus": "Rejected"}
        await ask(
            program,
            station,
            station_id,
            "GetVariables",
            {"getVariableData": [VARIABLE]},
            {"getVariableResult": [result, unknown]},
        )
        assert values(program, station_id) == {"Actual": "Faulted", "Target": "Unavailable"}

        wanted = {"attributeValue": "Available", "attributeType": "Target", **SHOUTED}
        done = {"attributeStatus": "Accepted", "attributeType": "Target", **VARIABLE}
        await ask(
            program,
            station,
            station_id,
            "SetVariables",
            {"setVariableData": [wanted, {"attributeValue": "x", **SHOUTED}]},
            {"setVariableResult": [done, {"attributeStatus": "RebootRequired", **VARIABLE}]},
        )
        assert values(program, station_id) == {"Actual": "Faulted", "Target": "Available"}
    page = program.get(f"/stations/{station_id}/variables", limit="1")
    rest = program.get(f"/stations/{station_id}/variables", cursor=page["next_cursor"])
    assert [variable["attribute"] for variable in page["items"] + rest["items"]] == [
        "Actual",
        "Target",
    ]


async def test_monitors(program: ChargingProgram, station_id: str) -> None:
    def monitors() -> list[Any]:
        found = program.get(f"/stations/{station_id}/monitors")["items"]
        return [(monitor["monitor_id"], monitor["kind"], monitor["value"]) for monitor in found]

    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("NotifyMonitoringReport", **MESSAGES["NotifyMonitoringReport"])
        assert monitors() == [(3, "UpperThreshold", 80.5)]
        delta = {"type": "Delta", "severity": 9, **VARIABLE}
        await ask(
            program,
            station,
            station_id,
            "SetVariableMonitoring",
            {"setMonitoringData": [{"value": 2, **delta}]},
            {"setMonitoringResult": [{"id": 0, "status": "Accepted", **delta}]},
        )
        assert monitors() == [(0, "Delta", 2), (3, "UpperThreshold", 80.5)]
        results = [{"id": 3, "status": "Accepted"}, {"id": 0, "status": "Rejected"}]
        await ask(
            program,
            station,
            station_id,
            "ClearVariableMonitoring",
            {"id": [3, 0]},
            {"clearMonitoringResult": results},
        )
        assert monitors() == [(0, "Delta", 2)]


async def test_secrets_are_left_out(program: ChargingProgram, station_id: str) -> None:
    password = {
        "component": {"name": "SecurityCtrlr"},
        "variable": {"name": "BasicAuthPassword"},
    }
    report = {**password, "variableAttribute": [{"value": "s3cret", "mutability": "WriteOnly"}]}
    told = {"generatedAt": AT, "seqNo": 0}
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("NotifyReport", requestId=1, reportData=[report], **told)
        await station.call(
            "NotifyEvent", eventData=[{**EVENT, **password, "actualValue": "s3cret"}], **told
        )
    assert values(program, station_id) == {"Actual": None}


async def test_reports_of_many_parts_at_once(program: ChargingProgram, station_id: str) -> None:
    async def part(number: int) -> None:
        data = [
            {
                "component": {"name": "Connector", "evse": {"id": number}},
                "variable": {"name": f"V{index}"},
                "variableAttribute": [{"value": str(index)}],
            }
            for index in range(20)
        ]
        twice = [*data, *data]  # the last counts
        await station.call(
            "NotifyReport",
            requestId=1,
            generatedAt=AT,
            seqNo=number,
            tbc=number < 4,
            reportData=twice,
        )

    async with connected(program, station_id, version="ocpp2.0.1") as station:
        for number in range(5):
            await part(number)
    assert len(program.get(f"/stations/{station_id}/variables")["items"]) == 100
