"""The version of OCPP belongs to the connection."""

import asyncio
import json
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from services.charging.adapters.system_clock import utc_now
from services.charging.application.commands import CommandBook, CommandDelivery
from services.charging.application.key_rotation import ROTATE_KEY, KeyRotation, NextKeys
from services.charging.application.registrations import Registrations
from services.charging.domain.commands import Command, CommandState
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.frames import CallResult
from services.charging.domain.stations import StationKey
from tests.charging.company import learn_nothing
from tests.charging.program import ChargingProgram
from tests.charging.station import NOW, connected
from tests.charging.test_commands import answered, issue, over

STOP = {"transactionId": "t-1"}


@pytest.mark.integration
async def test_a_station_comes_back_in_another_version(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        transaction_id = await station.start(meter=0)
        for connector in (0, 1):
            await station.call(
                "StatusNotification", connectorId=connector, errorCode="NoError", status="Charging"
            )
        assert program.get(f"/stations/{station_id}")["ocpp_version"] == "ocpp1.6"
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        boot = {"reason": "FirmwareUpdate", "chargingStation": {"model": "M", "vendorName": "V"}}
        assert (await station.call("BootNotification", **boot))["status"] == "Accepted"
        of_evse = {"evseId": 1, "connectorId": 1, "connectorStatus": "Occupied"}
        await station.call("StatusNotification", timestamp=NOW, **of_evse)
        of_station = {"evseId": 0, "connectorId": 0, "connectorStatus": "Available"}
        await station.call("StatusNotification", timestamp=NOW, **of_station)
        await station.call("StatusNotification", timestamp=NOW, **of_evse)
        shown = program.get(f"/stations/{station_id}")
        assert [
            (status["evse_id"], status["connector_id"], status["status"], status["error_code"])
            for status in shown["connector_statuses"]
        ] == [(0, 0, "Available", None), (1, 1, "Occupied", None)]
        assert (shown["ocpp_version"], shown["boot"]) == ("ocpp2.0.1", boot)
    [session] = program.get("/sessions", station_id=station_id, status="active")["items"]
    assert session["transaction_id"] == transaction_id
    async with connected(program, station_id) as station:
        await station.stop(transaction_id, 500)
    [session] = program.get("/sessions", station_id=station_id, status="ended")["items"]
    assert session["energy_wh"] == 500
    while program.get(f"/stations/{station_id}")["online"]:
        await asyncio.sleep(0.02)
    assert program.get(f"/stations/{station_id}")["ocpp_version"] is None


@pytest.mark.integration
async def test_a_command_is_in_the_words_of_the_connection(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("Heartbeat")
        path = f"/stations/{station_id}/commands"
        for action, request, said in (
            ("RemoteStopTransaction", {"transactionId": 1}, "none of ocpp2.0.1"),
            ("Reset", {"type": "Soft"}, "Soft"),
            ("Reset", {"type": "Immediate", "evse": 1}, "evse"),
            ("SetVariables", {"setVariableData": []}, "setVariableData"),
        ):
            refused = program.api.post(path, json={"action": action, "request": request})
            assert refused.status_code == 422
            assert said in refused.json()["detail"]
        command = await issue(program, station_id, "RequestStopTransaction", STOP)
        assert await answered(station, 3, {"status": "Accepted"}) == (
            "RequestStopTransaction",
            STOP,
        )
        command = await over(program, command["id"])
    assert (command["state"], command["ocpp_version"]) == ("answered", "ocpp2.0.1")


@pytest.mark.parametrize(
    ("action", "request_", "ended"),
    [
        ("ClearCache", b"{}", (CommandState.ANSWERED, OCPP_1_6.name)),
        (ROTATE_KEY, b"{}", (CommandState.ANSWERED, OCPP_1_6.name)),
        ("Reset", b'{"type":"Immediate"}', (CommandState.UNDELIVERED, OCPP_2_0_1.name)),
        ("GetReport", b'{"requestId":1}', (CommandState.UNDELIVERED, OCPP_2_0_1.name)),
    ],
)
async def test_a_command_is_delivered_in_any_version_that_knows_its_words(
    action: str, request_: bytes, ended: tuple[CommandState, str]
) -> None:
    how: list[tuple[CommandState, str]] = []

    class Book:
        async def claim(self, station_id: str, _epoch: int) -> list[Command]:
            command = Command(
                id=uuid4(),
                station_id=station_id,
                version=OCPP_2_0_1.name,
                action=action,
                request=request_,
                state=CommandState.SENT,
                asked_at=utc_now(),
            )
            return [command]

        async def close(self, _id: UUID, version: str, state: CommandState, **why: Any) -> None:
            assert (state is CommandState.ANSWERED) == (why["reason"] is None), why
            how.append((state, version))

    class Keys:
        async def put(self, _station_id: str, _rotation: UUID, _key: StationKey) -> None:
            """It counts."""

    async def call(_action: str, _payload: bytes) -> CallResult:
        return CallResult("m1", b'{"status":"Accepted"}')

    delivery = CommandDelivery(
        cast("CommandBook", Book()),
        learn=learn_nothing,
        keys=KeyRotation(cast("NextKeys", Keys())),
        registrations=Registrations(),
        clock=utc_now,
    )
    await delivery.deliver("CP1", 7, OCPP_1_6, call)
    assert how == [ended]


@pytest.mark.integration
async def test_a_command_that_waits_is_in_the_words_that_its_station_spoke_last(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
    while program.get(f"/stations/{station_id}")["online"]:
        await asyncio.sleep(0.02)
    assert program.get(f"/stations/{station_id}")["last_ocpp_version"] == "ocpp1.6"
    held = {"action": "ClearCache", "request": {}, "hold_seconds": 60}
    command = program.api.post(f"/stations/{station_id}/commands", json=held).json()
    assert (command["state"], command["ocpp_version"]) == ("pending", "ocpp1.6")
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        assert await answered(station, 3, {"status": "Accepted"}) == ("ClearCache", {})
        command = await over(program, command["id"])
    assert (command["state"], command["ocpp_version"]) == ("answered", "ocpp2.0.1")


@pytest.mark.integration
async def test_error_codes_are_spelt_as_the_version_spells_them(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        assert (await station.send('[2,"1","Heartbeat",[1]]'))[2] == "FormatViolation"
        assert (await station.send("no json"))[:3] == [4, "-1", "RpcFrameworkError"]
        assert (await station.send('[2,"2","StartTransaction",{}]'))[2] == "NotImplemented"
        empty = {"requestId": 1, "generatedAt": "2026-03-01T06:00:00Z", "seqNo": 0}
        frame = json.dumps([2, "3", "NotifyReport", {**empty, "reportData": []}])
        # An optional field does not cost the message.
        assert (await station.send(frame))[:2] == [3, "3"]
    async with connected(program, station_id) as station:
        assert (await station.send('[2,"1","Heartbeat",[1]]'))[2] == "FormationViolation"


@pytest.mark.integration
async def test_remote_start_and_stop_in_ocpp_2_0_1(
    program: ChargingProgram, station_id: str
) -> None:
    path = f"/stations/{station_id}/remote-start"
    wanted = {"token_uid": "card1", "connector_id": 2}
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("Heartbeat")
        asked = asyncio.create_task(asyncio.to_thread(program.api.post, path, json=wanted))
        action, request = await answered(station, 3, {"status": "Accepted"})
        assert action == "RequestStartTransaction"
        assert request["idToken"] == {"idToken": "CARD1", "type": "Central"}
        assert request["evseId"] == 2
        assert (await asked).json() == {"status": "Accepted"}
