"""A station that nobody here wrote: the client of the ``ocpp`` package, through the front door."""

import asyncio
import base64
import secrets
from datetime import UTC, datetime

import pytest
from ocpp.v16 import ChargePoint, call
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from demo.rest import RestApi
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end

STATION = "DE-FCH-THIRD"


async def test_a_full_session_of_the_ocpp_packages_client(
    playground: Playground, charging: RestApi
) -> None:
    key = secrets.token_hex(16)
    site = {"name": "Third", "kind": "workplace", "time_zone": "Europe/Berlin"}
    await charging.put("/sites/third", site)
    station = {"site_id": "third", "connectors": 1, "key": key}
    await charging.put(f"/stations/{STATION}", station)
    await charging.put("/tokens/THIRD1", {"status": "accepted", "driver": "Third"})
    front_door = playground.machine.front_door.replace("http", "ws", 1)
    credentials = base64.b64encode(f"{STATION}:{key}".encode()).decode()

    async with connect(
        f"{front_door}/ocpp/{STATION}",
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers={"Authorization": f"Basic {credentials}"},
    ) as socket:
        client = ChargePoint(STATION, socket)
        listening = asyncio.create_task(client.start())
        boot = await client.call(call.BootNotification("Model", "Vendor"))
        assert boot.status == "Accepted"
        authorised = await client.call(call.Authorize("third1"))
        assert authorised.id_tag_info["status"] == "Accepted"
        started = await client.call(
            call.StartTransaction(1, "third1", 1_000, "2026-10-05T08:00:00Z")
        )
        await client.call(
            call.MeterValues(
                connector_id=1,
                transaction_id=started.transaction_id,
                meter_value=[
                    {
                        "timestamp": "2026-10-05T08:15:00Z",
                        "sampledValue": [{"value": "2.5", "unit": "kWh"}],
                    }
                ],
            )
        )
        stopped = await client.call(
            call.StopTransaction(
                meter_stop=8_777,
                timestamp="2026-10-05T09:00:00Z",
                transaction_id=started.transaction_id,
                reason="EVDisconnected",
            )
        )
        assert stopped is not None
        await client.call(call.DataTransfer("nobody.here", message_id="ping", data="x"))
        heartbeat = await client.call(call.Heartbeat())
        assert datetime.fromisoformat(heartbeat.current_time) <= datetime.now(UTC)
        listening.cancel()

    page = await charging.get("/sessions", station_id=STATION)
    [session] = page["items"]
    assert session["energy_wh"] == 7_777
    assert session["token_uid"] == "THIRD1"
    assert session["stop_reason"] == "EVDisconnected"
