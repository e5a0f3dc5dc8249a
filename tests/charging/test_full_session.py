"""A whole session by a client that nobody here wrote: the `ocpp` package's."""

import asyncio
from datetime import UTC, datetime

import pytest
from ocpp.v16 import ChargePoint, call
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from contracts.events import SessionEndedEvent, SessionStartedEvent
from tests.charging.aws import Aws
from tests.charging.program import ChargingProgram, basic

pytestmark = pytest.mark.integration


async def test_full_session(program: ChargingProgram, station_id: str, aws: Aws) -> None:
    async with connect(
        program.station_url(station_id),
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers=basic(station_id),
    ) as websocket:
        station = ChargePoint(station_id, websocket)
        listening = asyncio.create_task(station.start())
        boot = await station.call(call.BootNotification("Model", "Vendor"))
        assert boot.status == "Accepted"
        authorized = await station.call(call.Authorize("card1"))
        assert authorized.id_tag_info["status"] == "Accepted"
        now = datetime.now(UTC).isoformat()
        started = await station.call(call.StartTransaction(1, "card1", 1000, now))
        assert started.id_tag_info["status"] == "Accepted"
        value = {"timestamp": now, "sampledValue": [{"value": "3.5", "unit": "kWh"}]}
        await station.call(call.MeterValues(1, [value], started.transaction_id))
        await station.call(call.StopTransaction(8450, now, started.transaction_id))
        listening.cancel()
    while len(aws.events_of(station_id)) < 2:
        await asyncio.sleep(0.02)
    begun, ended = aws.events_of(station_id)
    assert isinstance(begun, SessionStartedEvent)
    assert isinstance(ended, SessionEndedEvent)
    assert ended.data.energy_wh == 7450
    assert ended.data.session_id == begun.data.session_id
    assert ended.data.time_zone == "Europe/Berlin"
