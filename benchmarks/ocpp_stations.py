"""Stations that talk as fast as they are answered, or at a pace, and what that took."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.processes import cpu_seconds
from simulator.connection import Answer, Connection, refuse
from simulator.ocpp16 import messages
from simulator.waits import Waits
from tests.charging.program import KEY

CONNECTING_AT_ONCE = 100

Talk = Callable[[Connection], Awaitable[int]]
"""One word or several; how many."""


class EchoedConnection(Connection):
    """Takes its own call, come back, for an answer."""

    def _take(self, frame: list[Any]) -> None:
        super()._take([3, frame[1], frame[3]])


@dataclass(frozen=True)
class Fleet:
    """Connections of as many stations; `waits` gets the seconds that each answer took."""

    connections: Sequence[Connection]
    waits: list[float]


@asynccontextmanager
async def connected(
    url: str,
    ids: Sequence[str],
    *,
    kind: type[Connection] = Connection,
    at_once: int = CONNECTING_AT_ONCE,
    first: Talk | None = None,
    answer: Answer = refuse,
) -> AsyncIterator[Fleet]:
    """Every station is connected and has said `first`; all hang up at the end."""
    gate = asyncio.Semaphore(at_once)
    waits: list[float] = []

    async def one(station_id: str) -> Connection:
        async with gate:
            connection = await kind.open(url, station_id, KEY, answer, waits=waits)
            if first is not None:
                await first(connection)
            return connection

    connections = await asyncio.gather(*map(one, ids))
    try:
        yield Fleet(connections, waits)
    finally:
        await asyncio.gather(*(connection.close() for connection in connections))


async def starts_and_stops(connection: Connection) -> int:
    """A session without meter values."""
    return await _session(connection, meter_values=0)


async def sessions(connection: Connection) -> int:
    """A session as cars make them, but faster."""
    return await _session(connection, meter_values=7)


async def meter_values(connection: Connection) -> int:
    """One reading without a session."""
    reading = messages.meter_values(1, None, datetime.now(UTC), str(time.monotonic_ns()))
    await connection.call("MeterValues", reading)
    return 1


async def boots(connection: Connection) -> int:
    """What a station says after a power cut."""
    await connection.call("BootNotification", messages.BOOT)
    status = messages.status(1, "Available", datetime.now(UTC))
    await connection.call("StatusNotification", status)
    return 2


async def _session(connection: Connection, meter_values: int) -> int:
    now = datetime.now(UTC).isoformat()
    start = {"connectorId": 1, "idTag": "CARD1", "meterStart": 0, "timestamp": now}
    answer = await connection.call("StartTransaction", start)
    transaction_id = answer.get("transactionId", 0)
    for number in range(meter_values):
        reading = messages.meter_values(1, transaction_id, datetime.now(UTC), str(1000 * number))
        await connection.call("MeterValues", reading)
    stop = {"transactionId": transaction_id, "meterStop": 7000, "timestamp": now}
    await connection.call("StopTransaction", stop)
    return 2 + meter_values


@dataclass(frozen=True)
class Measured:
    """What was answered, in `seconds`, by a server that used `cpu_seconds`."""

    waits: Waits
    seconds: float
    cpu_seconds: float

    @property
    def a_second(self) -> float:
        """Messages."""
        return self.waits.answers / self.seconds

    @property
    def cpu_ms(self) -> float:
        """For one message."""
        return 1000 * self.cpu_seconds / max(1, self.waits.answers)


async def measure(
    fleet: Fleet,
    talk: Talk,
    seconds: float,
    *,
    server: int,
    cpu: Callable[[int], float] = cpu_seconds,
    every: float | None = None,
) -> Measured:
    """Let every station talk until the time is over and its last word is answered.

    With `every`, each begins a talk each so many seconds, at a time of its own; otherwise as soon
    as it is answered.
    """
    fleet.waits.clear()
    used, began_at = cpu(server), time.perf_counter()
    ends_at = began_at + seconds

    async def flat_out(connection: Connection) -> None:
        while time.perf_counter() < ends_at:
            await talk(connection)

    async def paced(connection: Connection, every: float) -> None:
        due = began_at + random.uniform(0, every)  # noqa: S311 — no secret
        while due < ends_at:
            await asyncio.sleep(due - time.perf_counter())
            await talk(connection)
            due += every

    await asyncio.gather(
        *(flat_out(one) if every is None else paced(one, every) for one in fleet.connections)
    )
    return Measured(Waits.of(fleet.waits), time.perf_counter() - began_at, cpu(server) - used)
