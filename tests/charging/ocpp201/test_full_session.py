"""A whole session by a client that nobody here wrote: the `ocpp` package's, in OCPP 2.0.1."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from ocpp.v201 import ChargePoint, call
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from contracts.events import SessionEndedEvent, SessionStartedEvent
from tests.charging.aws import Aws
from tests.charging.program import ChargingProgram, basic
from tests.charging.station import NOW, connected

pytestmark = pytest.mark.integration

CARD = {"id_token": "card1", "type": "ISO14443"}


async def test_full_session(program: ChargingProgram, station_id: str, aws: Aws) -> None:
    start = datetime.now(UTC) - timedelta(hours=1)
    now = start.isoformat()

    def register(wh: float, minutes: int = 0) -> list[dict[str, object]]:
        moment = start + timedelta(minutes=minutes)
        return [{"timestamp": moment.isoformat(), "sampled_value": [{"value": wh}]}]

    async with connect(
        program.station_url(station_id),
        subprotocols=[Subprotocol("ocpp2.0.1")],
        additional_headers=basic(station_id),
    ) as websocket:
        station = ChargePoint(station_id, websocket)
        listening = asyncio.create_task(station.start())
        boot = await station.call(
            call.BootNotification({"model": "Model", "vendor_name": "Vendor"}, "PowerUp")
        )
        assert boot.status == "Accepted"
        await station.call(call.StatusNotification(now, "Occupied", 1, 1))
        authorized = await station.call(call.Authorize(CARD))
        assert authorized.id_token_info["status"] == "Accepted"

        async def tell(kind: str, trigger: str, seq_no: int, **more: object) -> object:
            transaction = {"transaction_id": "a-transaction", **more.pop("info", {})}  # type: ignore[dict-item]
            return await station.call(
                call.TransactionEvent(kind, now, trigger, seq_no, transaction, **more)
            )

        started = await tell(
            "Started",
            "Authorized",
            0,
            id_token=CARD,
            evse={"id": 1, "connector_id": 1},
            meter_value=register(1000),
        )
        assert started.id_token_info["status"] == "Accepted"  # type: ignore[attr-defined]
        await tell("Updated", "MeterValuePeriodic", 1, meter_value=register(3500, 15))
        [session] = program.get("/sessions", station_id=station_id, status="active")["items"]
        assert session["energy_wh"] == 2500
        assert session["ocpp_transaction_id"] == "a-transaction"
        await tell(
            "Ended",
            "EVDeparted",
            2,
            meter_value=register(8450, 30),
            info={"stopped_reason": "EVDisconnected"},
        )
        listening.cancel()
    while len(aws.events_of(station_id)) < 2:
        await asyncio.sleep(0.02)
    begun, ended = aws.events_of(station_id)
    assert isinstance(begun, SessionStartedEvent)
    assert isinstance(ended, SessionEndedEvent)
    assert (ended.data.energy_wh, ended.data.connector_id) == (7450, 1)
    assert ended.data.session_id == begun.data.session_id
    assert ended.data.stop_reason == "EVDisconnected"
    assert program.get("/quarantine", station_id=station_id)["items"] == []


async def test_a_card_of_a_group(program: ChargingProgram, station_id: str) -> None:
    card = {"driver": "Eve", "group_uid": "nightshift"}
    shown = program.api.put("/tokens/CARD7", json=card).raise_for_status().json()
    assert shown["group_uid"] == "NIGHTSHIFT"
    assert program.get("/tokens/card7") == shown | {"version": 1}
    async with connected(program, station_id) as station:
        answer = await station.call(
            "StartTransaction", connectorId=1, idTag="card7", meterStart=0, timestamp=NOW
        )
        thought = answer["idTagInfo"]
        assert (thought["status"], thought["parentIdTag"]) == ("Accepted", "NIGHTSHIFT")
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        authorized = await station.call("Authorize", idToken={"idToken": "card7", "type": "Local"})
        assert authorized["idTokenInfo"]["groupIdToken"]["idToken"] == "NIGHTSHIFT"
