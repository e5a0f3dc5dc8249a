"""Stations that talk as fast as they are answered, and what that took."""

import asyncio
import itertools
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

CONNECTING_AT_ONCE = 50

Payload = dict[str, Any]
Talk = Callable[["Station"], Any]


@dataclass
class Station:
    """One socket, and how long each answer took, in seconds."""

    websocket: ClientConnection
    waits: list[float] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def call(self, action: str, payload: Payload) -> Any:
        """The payload of the answer; of an echo, what was sent. Raises on a CALLERROR."""
        frame = json.dumps([2, str(next(self._numbers)), action, payload])
        sent_at = time.perf_counter()
        await self.websocket.send(frame)
        answer = json.loads(await self.websocket.recv())
        self.waits.append(time.perf_counter() - sent_at)
        if answer[0] == 4:
            raise RuntimeError(f"{action}: {answer}")
        return answer[-1]


@asynccontextmanager
async def connected(
    urls: list[str], headers: Callable[[str], dict[str, str]]
) -> AsyncIterator[list[Station]]:
    """One station for each address; `headers` are made from its last part."""
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
    async with AsyncExitStack() as stack:

        async def one(url: str) -> Station:
            async with gate:
                connection = connect(
                    url,
                    subprotocols=[Subprotocol("ocpp1.6")],
                    additional_headers=headers(url.rpartition("/")[2]),
                    compression=None,
                    ping_interval=None,
                    open_timeout=60,
                )
                return Station(await stack.enter_async_context(connection))

        yield list(await asyncio.gather(*map(one, urls)))


async def starts_and_stops(station: Station) -> None:
    """A session without meter values."""
    await _session(station, meter_values=0)


async def sessions(station: Station) -> None:
    """A session as cars make them, but faster."""
    await _session(station, meter_values=7)


async def meter_values(station: Station) -> None:
    """One reading without a session."""
    await station.call("MeterValues", _reading(0, 4711))


async def boots(station: Station) -> None:
    """What a station says after a power cut."""
    boot = {"chargePointVendor": "Vendor", "chargePointModel": "Model"}
    await station.call("BootNotification", boot)
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    await station.call("StatusNotification", status)


async def _session(station: Station, meter_values: int) -> None:
    start = {"connectorId": 1, "idTag": "CARD1", "meterStart": 0, "timestamp": _now()}
    answer = await station.call("StartTransaction", start)
    transaction_id = answer.get("transactionId", 0)
    for number in range(meter_values):
        await station.call("MeterValues", _reading(transaction_id, 1000 * number))
    stop = {"transactionId": transaction_id, "meterStop": 7000, "timestamp": _now()}
    await station.call("StopTransaction", stop)


def _reading(transaction_id: int, register: int) -> Payload:
    sample = {"value": str(register), "unit": "Wh", "measurand": "Energy.Active.Import.Register"}
    value = {"timestamp": _now(), "sampledValue": [sample]}
    return {"connectorId": 1, "transactionId": transaction_id, "meterValue": [value]}


def _now() -> str:
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True)
class Measured:
    """Messages answered, in `seconds`, by a server that used `cpu_seconds`."""

    messages: int
    seconds: float
    cpu_seconds: float
    p50: float
    p99: float

    @property
    def a_second(self) -> float:
        """Messages."""
        return self.messages / self.seconds


async def measure(stations: list[Station], talk: Talk, seconds: float, server: int) -> Measured:
    """Let every station talk until the time is over and its last word is answered."""
    for station in stations:
        station.waits.clear()
    cpu, began_at = _cpu_seconds(server), time.perf_counter()

    async def until_the_end(station: Station) -> None:
        while time.perf_counter() - began_at < seconds:
            await talk(station)

    await asyncio.gather(*map(until_the_end, stations))
    waits = sorted(wait for station in stations for wait in station.waits)
    return Measured(
        messages=len(waits),
        seconds=time.perf_counter() - began_at,
        cpu_seconds=_cpu_seconds(server) - cpu,
        p50=waits[len(waits) // 2],
        p99=waits[len(waits) * 99 // 100],
    )


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
