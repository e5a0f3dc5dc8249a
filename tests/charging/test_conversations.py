"""What stations really do, over a real socket into a real database."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.charging.program import ChargingProgram, basic
from tests.charging.station import NOW, connected

pytestmark = pytest.mark.integration


async def test_a_start_repeated_with_new_message_ids_is_one_session(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        assert len({await station.start() for _ in range(3)}) == 1
    async with connected(program, station_id) as station:
        await station.start()
    assert len(program.get("/sessions", station_id=station_id)["items"]) == 1


async def test_a_repeated_stop_changes_nothing(program: ChargingProgram, station_id: str) -> None:
    async with connected(program, station_id) as station:
        transaction_id = await station.start(meter=0)
        first = await station.stop(transaction_id, 7000)
        assert await station.stop(transaction_id, 7000) == first
        assert await station.stop(transaction_id, 9999) == first
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["energy_wh"] == 7000
    [record] = program.get("/quarantine", station_id=station_id)["items"]
    assert record["rule"] == "stop-differs"
    assert "9999" in record["received"]


async def test_an_unknown_stop_is_kept_and_matched(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        assert await station.stop(-1, 6000) == {}
        assert await station.stop(-1, 6000) == {}
        await station.start(meter=1000)
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert (session["status"], session["energy_wh"]) == ("ended", 5000)
    assert [
        record["rule"] for record in program.get("/quarantine", station_id=station_id)["items"]
    ] == ["stop-of-unknown-transaction"]


@pytest.mark.parametrize("status", ["blocked", "unknown"])
async def test_a_start_without_the_right_is_recorded_all_the_same(
    program: ChargingProgram, station_id: str, status: str
) -> None:
    program.api.put("/tokens/BAD", json={"status": "blocked", "driver": "x"}).raise_for_status()
    async with connected(program, station_id) as station:
        token = "bad" if status == "blocked" else "nobody"
        answer = await station.call(
            "StartTransaction", connectorId=1, idTag=token, meterStart=0, timestamp=NOW
        )
        assert answer["idTagInfo"]["status"] == ("Blocked" if status == "blocked" else "Invalid")
        await station.stop(answer["transactionId"], 300)
    [session] = program.get("/sessions", station_id=station_id, status="ended")["items"]
    assert session["energy_wh"] == 300
    assert session["token_uid"] == token.upper()


async def test_malformed_frames_are_answered_and_quarantined(
    program: ChargingProgram, station_id: str
) -> None:
    frames: dict[str | bytes, list[object]] = {
        "no json": [4, "-1", "FormationViolation"],
        "{}": [4, "-1", "ProtocolError"],
        '[2,"7"]': [4, "7", "ProtocolError"],
        '[2,"8","Heartbeat",[1]]': [4, "8", "FormationViolation"],
        b"\x00\xff": [4, "-1", "FormationViolation"],
        "[" * 50_000: [4, "-1", "FormationViolation"],
        '[2,"9","Reset",{}]': [4, "9", "NotImplemented"],
        '[2,"10","Authorize",{}]': [4, "10", "ProtocolError"],
        '[2,"11","Authorize",{"idTag":[]}]': [4, "11", "TypeConstraintViolation"],
        '[2,"12","MeterValues",{"connectorId":1,"meterValue":[]}]': [
            4,
            "12",
            "OccurenceConstraintViolation",
        ],
        '[2,"13","StatusNotification",{"connectorId":99999999999,"errorCode":"NoError",'
        '"status":"Available"}]': [4, "13", "PropertyConstraintViolation"],
    }
    async with connected(program, station_id) as station:
        for frame, answer in frames.items():
            assert (await station.send(frame))[:3] == answer
        await station.websocket.send('[9,"unknown type",{}]')
        await station.websocket.send('[3,"answers nothing",{}]')
        assert "currentTime" in await station.call("Heartbeat")
    records = program.get("/quarantine", station_id=station_id)["items"]
    assert len(records) == len(frames) + 2
    assert max(len(record["received"]) for record in records) <= 8192


async def test_no_meter_of_one_station_hides_the_sessions_of_all(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        for meter in (-(2**63), 2**63 - 1, -(10**15) + 1):
            start = {"connectorId": 1, "idTag": "CARD1", "meterStart": meter, "timestamp": NOW}
            kind, _, *answer = await station.try_call("StartTransaction", **start)
            if kind == 3:
                await station.meter(answer[0]["transactionId"], str(10**15 - 1))
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["energy_wh"] == 2 * (10**15 - 1)


async def test_calls_in_a_row_without_waiting_are_answered_in_order(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        for number in range(10):
            await station.websocket.send(f'[2,"{number}","Heartbeat",{{}}]')
        answers = [await station.receive() for _ in range(10)]
    assert [answer[1] for answer in answers] == [str(number) for number in range(10)]


async def test_a_newer_socket_supersedes_the_older_for_good(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as older, connected(program, station_id) as newer:
        await newer.call("Heartbeat")
        with pytest.raises(ConnectionClosed):
            await older.receive()
        assert program.get(f"/stations/{station_id}")["online"]
        command = asyncio.to_thread(
            program.api.post, f"/stations/{station_id}/remote-start", json={"token_uid": "CARD1"}
        )
        asking = asyncio.create_task(command)
        _, message_id, action, payload = await newer.receive()
        assert (action, payload) == ("RemoteStartTransaction", {"idTag": "CARD1"})
        await newer.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
        assert (await asking).json() == {"status": "Accepted"}
    while program.get(f"/stations/{station_id}")["online"]:
        await asyncio.sleep(0.02)


async def test_who_may_connect(program: ChargingProgram, station_id: str) -> None:
    program.register("CP 2")

    async def status(station_id: str, headers: dict[str, str]) -> int:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                program.station_url(station_id),
                subprotocols=[Subprotocol("ocpp1.6")],
                additional_headers=headers,
            ):
                pass
        return refused.value.response.status_code

    assert await status("nobody", basic("nobody")) == 404
    assert await status(station_id, basic(station_id, "wrong")) == 401
    assert await status(station_id, basic("CP 2")) == 401
    assert await status(station_id, {"Authorization": "Basic ?"}) == 401
    assert await status(station_id, {}) == 401
    async with connect(
        program.station_url("CP%202"),
        subprotocols=[Subprotocol("ocpp1.5"), Subprotocol("ocpp1.6")],
        additional_headers=basic("CP 2"),
    ) as websocket:
        assert websocket.subprotocol == "ocpp1.6"
    async with connect(
        program.station_url("CP%202"),
        subprotocols=[Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1"), Subprotocol("ocpp2.1")],
        additional_headers=basic("CP 2"),
    ) as websocket:
        assert websocket.subprotocol == "ocpp2.0.1"
    async with connect(
        program.station_url(station_id),
        subprotocols=[Subprotocol("ocpp2.0")],
        additional_headers=basic(station_id),
    ) as websocket:
        assert websocket.subprotocol is None
        with pytest.raises(ConnectionClosed):
            await websocket.recv()
