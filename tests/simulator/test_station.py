"""The simulated station against a central system that answers as badly as it is told to."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from simulator.charge import Charge
from simulator.connection import CallError
from simulator.ocpp16.station import Station

START = datetime(2026, 10, 1, 8, tzinfo=UTC)
CHARGE = Charge(
    connector=1,
    token="04A2B3C4",
    started_at=START,
    ended_at=START + timedelta(minutes=50),
    energy_wh=7_001,
)
ANSWERS: dict[str, dict[str, Any]] = {
    "BootNotification": {"status": "Accepted", "interval": 300, "currentTime": START.isoformat()},
    "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
}


class CentralSystem:
    """Keeps all calls; breaks the calls of an action as often as `faults` says."""

    def __init__(self, **faults: list[str]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults = faults
        self.connections = 0
        self.socket: ServerConnection | None = None

    async def take(self, socket: ServerConnection) -> None:
        self.connections += 1
        self.socket = socket
        async for frame in socket:
            kind, message_id, *rest = json.loads(frame)
            if kind != 2:
                self.calls.append(("answer", rest[0]))
                continue
            action, payload = rest
            self.calls.append((action, payload))
            fault = self.faults[action].pop(0) if self.faults.get(action) else None
            if fault == "cut":
                socket.transport.abort()
                return
            if fault:
                await socket.send(json.dumps([4, message_id, fault, "on purpose", {}]))
            else:
                await socket.send(json.dumps([3, message_id, ANSWERS.get(action, {})]))

    def payloads(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.calls if name == action]


@asynccontextmanager
async def running(central: CentralSystem) -> AsyncIterator[str]:
    async with serve(central.take, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]  # a NewType of str
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ocpp"


async def test_a_charge_sends_every_message_and_its_energy_to_the_watt_hour() -> None:
    central = CentralSystem()
    async with running(central) as url, Station(url, "S1", "key") as station:
        await station.charge(CHARGE)
        await station.charge(CHARGE)
    assert [s["meterStart"] for s in central.payloads("StartTransaction")] == [0, 7_001]
    assert [s["meterStop"] for s in central.payloads("StopTransaction")] == [7_001, 14_002]
    first = central.payloads("MeterValues")[:3]
    registers = [m["meterValue"][0]["sampledValue"][0]["value"] for m in first]
    assert registers == ["2100", "4200", "6300"]


@pytest.mark.parametrize("fault", ["cut", "InternalError"])
@pytest.mark.parametrize("action", ["StartTransaction", "MeterValues", "StopTransaction"])
async def test_what_was_not_answered_goes_out_again(action: str, fault: str) -> None:
    central = CentralSystem(**{action: [fault]})
    async with running(central) as url, Station(url, "S1", "key") as station:
        assert await station.charge(CHARGE) == 7
    calls = central.payloads(action)
    assert calls[0] == calls[1]
    assert central.connections == (2 if fault == "cut" else 1)


async def test_a_refused_message_is_not_tried_for_ever() -> None:
    central = CentralSystem(StartTransaction=["PropertyConstraintViolation"])
    async with running(central) as url, Station(url, "S1", "key") as station:
        with pytest.raises(CallError, match="PropertyConstraintViolation"):
            await station.charge(CHARGE)


async def test_a_remote_start_charges_what_is_plugged_in_with_the_token_it_brings() -> None:
    central = CentralSystem()
    async with running(central) as url, Station(url, "S1", "key") as station:
        station.plug_in(CHARGE)
        assert central.socket
        start = {"connectorId": 1, "idTag": "FROMAPP"}
        for message_id in ("a", "b"):
            await central.socket.send(json.dumps([2, message_id, "RemoteStartTransaction", start]))
        while len(central.payloads("answer")) < 2:
            await station.line.call("Heartbeat", {})
        assert await station.remotely_started(1) == 7
        await station.remotely_stopped(1)
    assert [a["status"] for a in central.payloads("answer")] == ["Accepted", "Rejected"]
    assert central.payloads("StartTransaction")[0]["idTag"] == "FROMAPP"
