"""Connectors that wait for a token."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from services.charging.domain.reservations import ReservationState, state_by
from tests.charging.company import Company
from tests.charging.program import ChargingProgram
from tests.charging.station import Station, connected

AFTERWARDS = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("Accepted", ReservationState.ACCEPTED),
        ("Occupied", ReservationState.OCCUPIED),
        ("Faulted", ReservationState.REFUSED),
        ("Rejected", ReservationState.REFUSED),
        ("Unavailable", ReservationState.REFUSED),
    ],
)
def test_what_the_station_said_is_the_state(answer: str, state: ReservationState) -> None:
    assert state_by(answer) is state
    assert state.is_over == (answer != "Accepted")


@pytest.mark.parametrize(
    ("said", "state"),
    [("Expired", ReservationState.EXPIRED), ("Removed", ReservationState.CANCELLED)],
)
async def test_a_station_says_that_one_is_over(said: str, state: ReservationState) -> None:
    company = Company()
    told = {"reservationId": 7, "reservationUpdateStatus": said}
    assert await company.call_in("ocpp2.0.1", "ReservationStatusUpdate", told) == {}
    assert company.reservations.over == [("CP1", 7, state, company.now)]


async def answered(
    station: Station, ask: Callable[[], httpx.Response], payload: dict[str, Any]
) -> tuple[httpx.Response, str, dict[str, Any]]:
    """What the caller hears, and what the station was asked."""
    asking = asyncio.create_task(asyncio.to_thread(ask))
    _, message_id, action, asked = await station.receive()
    await station.websocket.send(json.dumps([3, message_id, payload]))
    return await asking, action, asked


async def reserve(
    program: ChargingProgram, station: Station, station_id: str, answer: str, **wanted: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    document = {"station_id": station_id, "token_uid": "card1", "expires_at": AFTERWARDS}

    def ask() -> httpx.Response:
        return program.api.post("/reservations", json=document | wanted)

    said, action, asked = await answered(station, ask, {"status": answer})
    assert (said.status_code, action) == (201, "ReserveNow")
    shown: dict[str, Any] = said.json()
    assert said.headers["Location"].endswith(f"/reservations/{shown['id']}")
    return shown, asked


def state(program: ChargingProgram, reservation: dict[str, Any]) -> str:
    found: str = program.get(f"/reservations/{reservation['id']}")["state"]
    return found


@pytest.mark.integration
async def test_a_connector_of_1_6_waits_until_its_token_charges(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        occupied, _ = await reserve(program, station, station_id, "Occupied", connector_id=1)
        assert (occupied["state"], occupied["over_at"] is None) == ("occupied", False)
        held, asked = await reserve(program, station, station_id, "Accepted", connector_id=1)
        assert (held["state"], held["token_uid"], held["answer"]) == (
            "accepted",
            "CARD1",
            "Accepted",
        )
        assert (asked["reservationId"], asked["idTag"], asked["connectorId"]) == (
            held["number"],
            "CARD1",
            1,
        )
        # A stranger's session uses nobody's reservation; it may be at another connector.
        program.register(station_id, tokens=("CARD1", "CARD9"))
        stranger = await station.start("CARD9", meter=1)
        await station.stop(stranger, 2)
        assert state(program, held) == "accepted"
        await station.start("card1", at=datetime.now(UTC).isoformat())
        used = program.get(f"/reservations/{held['id']}")
        [session, _] = program.get("/sessions", station_id=station_id)["items"]
        assert (used["state"], used["session_id"]) == ("used", session["id"])
        assert program.api.delete(f"/reservations/{held['id']}").status_code == 409
    found = program.get("/reservations", station_id=station_id, state="used", token_uid="card1")
    assert [one["id"] for one in found["items"]] == [held["id"]]
    first = program.get("/reservations", station_id=station_id, limit="1")
    rest = program.get("/reservations", station_id=station_id, cursor=first["next_cursor"])
    assert [one["id"] for one in first["items"] + rest["items"]] == [held["id"], occupied["id"]]
    with psycopg.connect(program.database.conninfo) as connection:
        told = connection.execute(
            "select data ->> 'state' from change where data ->> 'id' = %s order by id",
            (held["id"],),
        ).fetchall()
    assert told == [("asked",), ("accepted",), ("used",)]


@pytest.mark.integration
async def test_an_evse_of_2_0_1_waits_until_it_is_told_otherwise_or_says_so(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("Heartbeat")
        held, asked = await reserve(program, station, station_id, "Accepted")
        assert (asked["id"], asked["idToken"]["idToken"]) == (held["number"], "CARD1")
        assert "evseId" not in asked

        def cancel() -> httpx.Response:
            return program.api.delete(f"/reservations/{held['id']}")

        said, action, asked = await answered(station, cancel, {"status": "Accepted"})
        assert (said.status_code, action) == (204, "CancelReservation")
        assert asked == {"reservationId": held["number"]}
        assert state(program, held) == "cancelled"
        expired, _ = await reserve(program, station, station_id, "Accepted")
        await station.call(
            "ReservationStatusUpdate",
            reservationId=expired["number"],
            reservationUpdateStatus="Expired",
        )
        assert state(program, expired) == "expired"


@pytest.mark.integration
def test_what_is_no_reservation(program: ChargingProgram, station_id: str) -> None:
    wanted = {"station_id": station_id, "token_uid": "CARD1", "expires_at": AFTERWARDS}
    for change, status in (
        ({}, 409),
        ({"station_id": "nobody"}, 404),
        ({"token_uid": "NOBODYS"}, 404),
        ({"expires_at": "2026-01-01T00:00:00Z"}, 422),
        ({"expires_at": "2126-01-01T00:00:00"}, 422),
    ):
        answer = program.api.post("/reservations", json=wanted | change)
        assert answer.status_code == status, (change, answer.text)
    assert program.get("/reservations", station_id=station_id)["items"] == []
