"""Stops that wait, as operators list and settle them, asked of the running program."""

import asyncio
from typing import Any

import httpx
import pytest

from contracts.events import SessionEnded, SessionStarted
from contracts.personas import Persona
from tests.charging.aws import Aws
from tests.charging.ocpp201.transactions import CARD1, event
from tests.charging.program import ChargingProgram
from tests.charging.station import connected

pytestmark = pytest.mark.integration

SEVEN = "2026-03-01T07:00:00Z"
OWN = {"connector_id": 1, "started_at": "2026-03-01T06:00:00Z", "meter_start_wh": 200}


def waiting(program: ChargingProgram, station_id: str, **search: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.get("/waiting-stops", station_id=station_id, **search)[
        "items"
    ]
    return found


def post(
    program: ChargingProgram, path: str, body: object, etag: str | None = '"1"', **headers: str
) -> httpx.Response:
    match = {"If-Match": etag} if etag else {}
    with program.signed_in(Persona.OPERATOR, subject="olga") as olga:
        return olga.post(path, json=body, headers=match | headers)


async def told(aws: Aws, station_id: str, count: int) -> list[tuple[type, str]]:
    """What billing hears, once there is so much of it: type and session."""
    while len(heard := aws.events_of(station_id)) < count:
        await asyncio.sleep(0.02)
    return [(type(event.data), event.data.session_id) for event in heard]


async def test_one_becomes_a_session_of_its_own_once(
    program: ChargingProgram, station_id: str, aws: Aws
) -> None:
    async with connected(program, station_id) as station:
        await station.call(
            "StopTransaction", transactionId=-1, meterStop=900, timestamp=SEVEN, idTag="card1"
        )
    [stop] = waiting(program, station_id)
    assert (stop["ocpp_transaction_id"], stop["session_id"]) == ("-1", None)
    path = f"/waiting-stops/{stop['id']}"
    assert program.api.get(path).headers["ETag"] == '"1"'
    assert post(program, f"{path}/close", OWN, etag=None).status_code == 428
    assert post(program, f"{path}/close", OWN, etag='"2"').status_code == 412
    refused = post(program, f"{path}/close", OWN | {"meter_start_wh": 901})
    assert (refused.status_code, "901 Wh" in refused.json()["detail"]) == (422, True)
    assert refused.headers["Content-Type"] == "application/problem+json"
    stranger = post(program, f"{path}/close", OWN | {"token_uid": "STRANGER"})
    assert (stranger.status_code, stranger.json()["detail"]) == (422, "no token STRANGER")

    key = {"Idempotency-Key": f"close {station_id}"}
    closed, again = (post(program, f"{path}/close", OWN, **key) for _ in range(2))
    assert (closed.status_code, closed.json()["matched_by"]) == (201, "olga")
    assert closed.headers["ETag"] == '"2"'
    assert again.content == closed.content
    assert post(program, f"{path}/close", OWN).status_code == 412
    shown = program.api.get(f"/sessions/{closed.json()['session_id']}").json()
    assert closed.headers["Location"].endswith(f"/sessions/{shown['id']}")
    assert (shown["energy_wh"], shown["token_uid"], shown["status"]) == (700, "CARD1", "ended")
    assert waiting(program, station_id) == []
    assert waiting(program, station_id, waiting="false") == [closed.json()]
    heard = await told(aws, station_id, 2)
    assert heard == [(SessionStarted, shown["id"]), (SessionEnded, shown["id"])]


async def test_two_operators_assign_one_at_once(
    program: ChargingProgram, station_id: str, aws: Aws
) -> None:
    program.register(station_id, connectors=2)
    async with connected(program, station_id) as station:
        await station.start(meter=0)
        await station.call(
            "StartTransaction", connectorId=2, idTag="card1", meterStart=0, timestamp=SEVEN
        )
        await station.call("StopTransaction", transactionId=-1, meterStop=900, timestamp=SEVEN)
    [stop] = waiting(program, station_id)
    sessions = [one["id"] for one in program.get("/sessions", station_id=station_id)["items"]]
    path = f"/waiting-stops/{stop['id']}/assign"
    answers = await asyncio.gather(
        *(asyncio.to_thread(post, program, path, {"session_id": one}) for one in sessions)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [winner] = [answer.json()["session_id"] for answer in answers if answer.is_success]
    # Who asks the same again, as the answer was lost, finds it done.
    assert post(program, path, {"session_id": winner}).json()["session_id"] == winner
    assert (await told(aws, station_id, 3))[2:] == [(SessionEnded, winner)]


async def test_the_end_of_a_transaction_that_the_station_never_began(
    program: ChargingProgram, station_id: str
) -> None:
    late = event("Started", 0, idToken=CARD1, meter=100)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("TransactionEvent", **late | {"transactionInfo": {"transactionId": "a"}})
        for transaction in ("t-1", "t-2"):
            await station.call("TransactionEvent", **event("Ended", 7, tx=transaction, meter=900))
        stops = {stop["ocpp_transaction_id"]: stop for stop in waiting(program, station_id)}
        assert list(stops) == ["t-2", "t-1"]
        [session] = program.get("/sessions", station_id=station_id)["items"]
        assigned = await asyncio.to_thread(
            post,
            program,
            f"/waiting-stops/{stops['t-1']['id']}/assign",
            {"session_id": session["id"]},
        )
        assert assigned.status_code == 200
        # Its start comes after all, and begins nothing; the other's begins and ends its session.
        for transaction in ("t-1", "t-2"):
            began = late | {"seqNo": 6, "transactionInfo": {"transactionId": transaction}}
            await station.call("TransactionEvent", **began)
    assert waiting(program, station_id) == []
    by_rule, by_olga = waiting(program, station_id, waiting="false")
    assert (by_rule["matched_by"], by_olga["matched_by"]) == (None, "olga")
    energies = [
        one["energy_wh"] for one in program.get("/sessions", station_id=station_id)["items"]
    ]
    assert energies == [800, 800]


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
async def test_a_session_whose_stop_was_lost_is_ended_by_an_operator_once(
    program: ChargingProgram, station_id: str, aws: Aws, version: str
) -> None:
    async with connected(program, station_id, version=version) as station:
        if version == "ocpp1.6":
            await station.start(meter=200, at="2026-03-01T06:00:00Z")
        else:
            await station.call("TransactionEvent", **event("Started", 0, idToken=CARD1, meter=200))
    [session] = program.get("/sessions", station_id=station_id)["items"]
    path = f"/sessions/{session['id']}/end"
    wrong = post(program, path, {"ended_at": SEVEN, "meter_stop_wh": 199})
    assert (wrong.status_code, "began with 200 Wh" in wrong.json()["detail"]) == (422, True)
    to_come = post(program, path, {"ended_at": "2100-01-01T00:00:00Z", "meter_stop_wh": 900})
    assert (to_come.status_code, to_come.json()["detail"]) == (422, "ended_at: is to come")
    for _ in range(2):
        ended = post(program, path, {"ended_at": SEVEN, "meter_stop_wh": 900})
        assert (ended.status_code, ended.json()["energy_wh"]) == (200, 700)
    assert post(program, path, {"ended_at": SEVEN, "meter_stop_wh": 901}).status_code == 422
    [entered] = waiting(program, station_id, waiting="false")
    assert (entered["matched_by"], entered["session_id"]) == ("olga", session["id"])
    heard = await told(aws, station_id, 2)
    assert heard == [(SessionStarted, session["id"]), (SessionEnded, session["id"])]
