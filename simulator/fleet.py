"""Thousands of stations in one process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from simulator.station import Station


@asynccontextmanager
async def connected(stations: Sequence[Station], *, at_once: int = 100) -> AsyncIterator[None]:
    """Every station is connected and booted, and hangs up at the end."""
    gate = asyncio.Semaphore(at_once)
    async with AsyncExitStack() as stack:

        async def connect(station: Station) -> None:
            async with gate:
                await stack.enter_async_context(station)

        async with asyncio.TaskGroup() as group:
            for station in stations:
                group.create_task(connect(station))
        yield


async def each(stations: Sequence[Station], do: Callable[[Station], Awaitable[object]]) -> None:
    """All stations at once; the first error ends all."""

    async def one(station: Station) -> None:
        await do(station)

    async with asyncio.TaskGroup() as group:
        for station in stations:
            group.create_task(one(station))
