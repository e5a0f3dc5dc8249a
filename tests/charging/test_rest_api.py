"""The operators' API, asked of the running program."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contracts.personas import Persona
from tests.charging.aws import Aws
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import connected

pytestmark = pytest.mark.integration


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    return answer.status_code, document["detail"]


def test_putting_twice_creates_once(program: ChargingProgram) -> None:
    site = {"name": "Home of Ada", "kind": "home", "time_zone": "Europe/Berlin"}
    token = {"status": "accepted", "driver": "Ada"}
    for path, document in {"/sites/home-1": site, "/tokens/04aabb": token}.items():
        assert program.api.put(path, json=document).status_code == 201
        assert program.api.put(path, json=document).status_code == 200


@pytest.mark.parametrize(
    ("path", "document", "detail"),
    [
        ("/sites/x", {"name": "X", "kind": "moon", "time_zone": "Europe/Berlin"}, "kind"),
        ("/sites/x", {"name": "X", "kind": "home", "time_zone": "Mars/Base"}, "Mars/Base"),
        ("/sites/x", {"name": "X", "kind": "home", "time_zone": "localtime"}, "localtime"),
        ("/stations/x", {"site_id": "depot", "key": "too short"}, "key"),
        (
            "/stations/x",
            {"site_id": "no-such-site", "key": KEY},
            "site_id: there is no no-such-site",
        ),
        ("/tokens/TOO-LONG-TO-BE-AN-ID-TOKEN-OF-OCPP-2.0.1", {"driver": "x"}, "uid"),
    ],
)
def test_what_is_wrong_is_named(
    program: ChargingProgram, station_id: str, path: str, document: dict[str, Any], detail: str
) -> None:
    status, said = problem(program.api.put(path, json=document))
    assert status == 422
    assert detail in said
    assert "too short" not in said


@pytest.mark.parametrize("path", ["/stations", "/tokens"])
def test_a_list_of_none_enters_none(program: ChargingProgram, path: str) -> None:
    assert program.api.post(path, json=[]).json() == {"created": 0, "updated": 0}


def test_who_asks_in_another_way_hears_in_which_it_may_be(program: ChargingProgram) -> None:
    answer = program.api.request("OPTIONS", "/stations/CP1")
    assert problem(answer)[0] == 405
    assert answer.headers["Allow"] == "DELETE, GET, PATCH, PUT"


def test_too_large_a_request_is_not_read(program: ChargingProgram) -> None:
    def put(content: bytes | Iterator[bytes]) -> httpx.Response:
        path = f"{program.api.base_url}sites/x"
        headers = {"Content-Type": "application/json"}
        return httpx.put(path, content=content, headers=headers)

    large = b" " * (4 * 1024 * 1024 + 1)
    # It is nobody's: who it is would be asked only when it was read.
    assert problem(put(large))[0] == 413
    assert problem(put(iter([large, b"{}"])))[0] == 413
    assert problem(put(b"{}"))[0] == 401


def test_who_may_call(program: ChargingProgram, aws: Aws) -> None:
    def get(authorization: str | None) -> httpx.Response:
        headers = {"Authorization": authorization} if authorization else {}
        return httpx.get(f"{program.api.base_url}stations", headers=headers)

    assert problem(get(None))[0] == 401
    assert problem(get("Bearer nonsense"))[0] == 401
    assert problem(get(f"Bearer {aws.access_token(client='another')}"))[0] == 401
    assert problem(get(f"Bearer {aws.access_token(Persona.DRIVER)}"))[0] == 403
    assert get(f"Bearer {aws.access_token(Persona.OPERATOR)}").status_code == 200
    assert get(f"Bearer {aws.access_token(Persona.ADMINISTRATOR)}").status_code == 200


def test_what_is_not_there(program: ChargingProgram, station_id: str) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    assert problem(program.api.get("/stations/nobody"))[0] == 404
    assert problem(program.api.get(f"/sessions/{nobody}"))[0] == 404
    stop = f"/stations/{station_id}/remote-stop"
    assert problem(program.api.post(stop, json={"session_id": nobody}))[0] == 404
    assert problem(program.api.post(stop, json={}))[0] == 422
    start = f"/stations/{station_id}/remote-start"
    assert problem(program.api.post(start, json={"token_uid": "CARD1"}))[0] == 409


async def test_a_token_that_fits_no_id_tag_is_for_newer_stations(
    program: ChargingProgram, station_id: str
) -> None:
    uid = "DE*ABC*C" + "0" * 28
    kept = program.api.put(f"/tokens/{uid}", json={"driver": "Ada"})
    assert kept.status_code in {200, 201}
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        path = f"/stations/{station_id}/remote-start"
        asked = await asyncio.to_thread(program.api.post, path, json={"token_uid": uid})
        status, detail = problem(asked)
        assert status == 422
        assert "20 characters" in detail


async def test_nobody_charges_with_a_blocked_token(
    program: ChargingProgram, station_id: str
) -> None:
    blocked = {"driver": "Bob", "driver_id": "bob", "status": "blocked"}
    program.api.put("/tokens/BLOCKED1", json=blocked).raise_for_status()
    with program.signed_in(Persona.DRIVER, subject="bob") as bob:
        async with connected(program, station_id) as station:
            await station.call("Heartbeat")
            named = {"token_uid": "blocked1"}
            by_operator = program.api.post(f"/stations/{station_id}/remote-start", json=named)
            by_driver = bob.post("/driver/sessions", json=named | {"station_id": station_id})
    for answer in (by_operator, by_driver):
        status, detail = problem(answer)
        assert (status, "is blocked" in detail) == (409, True)


async def test_remote_start_and_stop(program: ChargingProgram, station_id: str) -> None:
    async def post(command: str, document: dict[str, Any]) -> "asyncio.Task[httpx.Response]":
        path = f"/stations/{station_id}/{command}"
        return asyncio.create_task(asyncio.to_thread(program.api.post, path, json=document))

    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        asked = await post("remote-start", {"token_uid": "card1", "connector_id": 2})
        _, message_id, action, payload = await station.receive()
        assert (action, payload) == (
            "RemoteStartTransaction",
            {"idTag": "CARD1", "connectorId": 2},
        )
        await station.websocket.send(json.dumps([3, message_id, {"status": "Rejected"}]))
        assert (await asked).json() == {"status": "Rejected"}

        transaction_id = await station.start(meter=0)
        await station.meter(transaction_id, "1.5", "kWh")
        [session] = program.get("/sessions", station_id=station_id, status="active")["items"]
        assert session["energy_wh"] == 1500
        asked = await post("remote-stop", {"session_id": session["id"]})
        _, message_id, action, payload = await station.receive()
        assert (action, payload) == ("RemoteStopTransaction", {"transactionId": transaction_id})
        await station.websocket.send(json.dumps([4, message_id, "InternalError", "broken", {}]))
        status, detail = problem(await asked)
        assert (status, "broken" in detail) == (502, True)

        await station.stop(transaction_id, 2000)
        over = await post("remote-stop", {"transaction_id": transaction_id})
        assert problem(await over)[0] == 409
    shown = program.get(f"/sessions/{session['id']}")
    assert (shown["status"], shown["energy_wh"]) == ("ended", 2000)
    assert shown["time_zone"] == "Europe/Berlin"


async def test_what_a_station_tells_of_itself(program: ChargingProgram, station_id: str) -> None:
    async with connected(program, station_id) as station:
        boot = {"chargePointVendor": "Vendor of many long words", "chargePointModel": "M"}
        assert (await station.call("BootNotification", **boot))["interval"] == 300
        for status in ("Preparing", "Charging"):
            await station.call(
                "StatusNotification", connectorId=2, errorCode="NoError", status=status
            )
        shown = program.get(f"/stations/{station_id}")
    assert shown["online"]
    assert shown["boot"]["chargePointModel"] == "M"
    assert [(c["connector_id"], c["status"]) for c in shown["connector_statuses"]] == [
        (2, "Charging")
    ]
    [record] = program.get("/quarantine", station_id=station_id)["items"]
    assert record["rule"] == "text-too-long"
    assert "Vendor of many long words" in record["received"]


async def test_pages(program: ChargingProgram, station_id: str) -> None:
    async with connected(program, station_id) as station:
        started = [await station.start(meter=number) for number in range(5)]
    seen, cursor = [], None
    while True:
        page = program.get(
            "/sessions",
            station_id=station_id,
            limit="2",
            **({"cursor": cursor} if cursor else {}),
        )
        seen += [session["transaction_id"] for session in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(started, reverse=True)
