"""Stations that talk as fast as they are answered, or at a pace, and what that took."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from benchmarks.light_station import LightStation
from benchmarks.ocpp_talks import Talk
from benchmarks.processes import cpu_seconds
from simulator.waits import Waits
from tests.charging.program import KEY

CONNECTING_AT_ONCE = 100


@dataclass(frozen=True)
class Fleet:
    """Connected stations; `waits` gets the seconds that each answer took."""

    stations: Sequence[LightStation]
    waits: list[float]


@asynccontextmanager
async def connected(
    urls: Sequence[str],
    ids: Sequence[str],
    *,
    version: str,
    kind: type[LightStation] = LightStation,
    at_once: int = CONNECTING_AT_ONCE,
    first: Talk | None = None,
) -> AsyncIterator[Fleet]:
    """Every station is connected, to one node after the other, and has said `first`.

    All hang up at the end.
    """
    gate = asyncio.Semaphore(at_once)
    waits: list[float] = []

    async def one(number: int, station_id: str) -> LightStation:
        async with gate:
            station = await kind.open(
                urls[number % len(urls)], station_id, KEY, version=f"ocpp{version}", waits=waits
            )
            if first is not None:
                await first(station)
            return station

    stations = await asyncio.gather(*(one(*numbered) for numbered in enumerate(ids)))
    try:
        yield Fleet(stations, waits)
    finally:
        await asyncio.gather(*(station.close() for station in stations))


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
    fleet: Fleet, talk: Talk, seconds: float, *, server: int, every: float | None = None
) -> Measured:
    """Let every station talk until the time is over and its last word is answered.

    With `every`, each begins a talk each so many seconds, at a time of its own; otherwise as soon
    as it is answered.
    """
    fleet.waits.clear()
    used, began_at = cpu_seconds(server), time.perf_counter()
    ends_at = began_at + seconds

    async def flat_out(station: LightStation) -> None:
        while time.perf_counter() < ends_at:
            await talk(station)

    async def paced(station: LightStation, every: float) -> None:
        due = began_at + random.uniform(0, every)  # noqa: S311 — no secret
        while due < ends_at:
            await asyncio.sleep(due - time.perf_counter())
            await talk(station)
            due += every

    await asyncio.gather(
        *(flat_out(one) if every is None else paced(one, every) for one in fleet.stations)
    )
    took = time.perf_counter() - began_at
    return Measured(Waits.of(fleet.waits), took, cpu_seconds(server) - used)
