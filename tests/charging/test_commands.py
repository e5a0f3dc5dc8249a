"""Every command to a station, through the running program, as a task."""

import asyncio
import json
from typing import Any

import pytest

from tests.charging.examples import COMMANDS, check
from tests.charging.program import ChargingProgram
from tests.charging.station import Station, connected

NOBODYS = {"idToken": "nobodys", "type": "ISO14443"}
LIST_OF_NOBODYS = {
    "listVersion": 2,
    "updateType": "Differential",
    "localAuthorizationList": [
        {"idTag": "nobodys", "idTagInfo": {"status": "Accepted"}},
        {"idTag": "off the list"},
    ],
}

pytestmark = pytest.mark.integration


async def issue(
    program: ChargingProgram, station_id: str, action: str, request: dict[str, Any]
) -> dict[str, Any]:
    answer = await asyncio.to_thread(
        program.api.post,
        f"/stations/{station_id}/commands",
        json={"action": action, "request": request},
    )
    assert answer.status_code == 202, answer.text
    command: dict[str, Any] = answer.json()
    assert answer.headers["Location"].endswith(f"/charging/v1/commands/{command['id']}")
    return command


async def over(program: ChargingProgram, command_id: str) -> dict[str, Any]:
    while True:
        command: dict[str, Any] = program.get(f"/commands/{command_id}")
        if command["over_at"]:
            return command
        await asyncio.sleep(0.02)


async def answered(station: Station, kind: int, *answer: Any) -> tuple[str, dict[str, Any]]:
    _, message_id, action, request = await station.receive()
    await station.websocket.send(json.dumps([kind, message_id, *answer]))
    return action, request


@pytest.mark.parametrize("action", COMMANDS)
async def test_command(program: ChargingProgram, station_id: str, action: str) -> None:
    request, answer = COMMANDS[action]
    check(action, request)
    check(f"{action}Response", answer)
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        command = await issue(program, station_id, action, request)
        assert await answered(station, 3, answer) == (action, request)
        command = await over(program, command["id"])
    assert (command["state"], command["request"], command["answer"]) == (
        "answered",
        request,
        answer,
    )
    assert command["asked_at"] <= command["sent_at"] <= command["over_at"]


async def test_what_may_come_of_a_command(program: ChargingProgram, station_id: str) -> None:
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        refused = await issue(program, station_id, "Reset", {"type": "Hard"})
        await answered(station, 4, "NotSupported", "never", {})
        nonsense = await issue(program, station_id, "Reset", {"type": "Hard"})
        await answered(station, 3, {"status": 5})
        over_it = await issue(program, station_id, "Reset", {"type": "Hard"})
        await station.receive()
    lost = await over(program, over_it["id"])
    while program.get(f"/stations/{station_id}")["online"]:
        await asyncio.sleep(0.02)
    undelivered = await issue(program, station_id, "ClearCache", {})

    states = program.get(f"/stations/{station_id}/commands")["items"]
    assert [(c["id"], c["state"]) for c in states] == [
        (undelivered["id"], "undelivered"),
        (over_it["id"], "unanswered"),
        (nonsense["id"], "refused"),
        (refused["id"], "refused"),
    ]
    assert states[3]["reason"] == "NotSupported never"
    assert "status" in states[2]["reason"]
    assert states[2]["answer"] == {"status": 5}
    assert "not connected" in states[0]["reason"]
    assert lost["sent_at"]
    first = program.get(f"/stations/{station_id}/commands", limit="3")
    rest = program.get(f"/stations/{station_id}/commands", cursor=first["next_cursor"])
    assert first["items"] + rest["items"] == states


@pytest.mark.parametrize(
    ("action", "request_", "said"),
    [
        ("Explode", {}, "Explode"),
        ("Reset", {}, "type"),
        ("Reset", {"type": "Warm"}, "Warm"),
        ("ReserveNow", {**COMMANDS["ReserveNow"][0], "idTag": "x" * 21}, "idTag"),
        ("GetConfiguration", {"keys": ["A"]}, "keys"),
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": "s3cret"}, "secret"),
        ("RemoteStartTransaction", {"idTag": "nobodys"}, "no token NOBODYS"),
        ("RequestStartTransaction", {"idToken": NOBODYS, "remoteStartId": 1}, "no token NOBODYS"),
        ("ReserveNow", {**COMMANDS["ReserveNow"][0], "idTag": "nobodys"}, "no token NOBODYS"),
        ("SendLocalList", LIST_OF_NOBODYS, "no token NOBODYS"),
    ],
)
def test_what_is_no_command(
    program: ChargingProgram, station_id: str, action: str, request_: dict[str, Any], said: str
) -> None:
    wanted = {"action": action, "request": request_}
    answer = program.api.post(f"/stations/{station_id}/commands", json=wanted)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert program.api.post("/stations/nobody/commands", json=wanted).status_code in {404, 422}
    assert program.get(f"/stations/{station_id}/commands")["items"] == []


async def test_what_stations_tell_is_kept_for_people(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        for status in ("Uploading", "Uploaded"):
            await station.call("DiagnosticsStatusNotification", status=status)
        for tech_info in ("port 1", "port 1", "port 2"):
            await station.call(
                "SecurityEventNotification",
                type="FailedToAuthenticateAtCsms",
                timestamp="2026-03-01T06:00:00Z",
                techInfo=tech_info,
            )
    *security, second, first = program.get(f"/stations/{station_id}/notifications")["items"]
    assert [json.loads(t["received"])["techInfo"] for t in security] == ["port 2", "port 1"]
    told = [second, first]
    assert [(t["action"], json.loads(t["received"])["status"]) for t in told] == [
        ("DiagnosticsStatusNotification", "Uploaded"),
        ("DiagnosticsStatusNotification", "Uploading"),
    ]
