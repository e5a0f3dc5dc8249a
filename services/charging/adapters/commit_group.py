"""Commits in groups: what arrives during one commit goes into the next, together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from services.charging.application.ports import NotStorableError

Item = TypeVar("Item")

LARGEST_GROUP = 500


class CommitGroup(Generic[Item]):
    """Hands items of many stations to one write; each caller waits for the one that holds its own.

    One write runs at a time, so the order of arrival is kept.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> None:
        """Return when the item is committed; raises what its write raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_groups())
        await done

    async def _write_groups(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[:LARGEST_GROUP]
                del self._waiting[:LARGEST_GROUP]
                await self._write_group(group)
        finally:
            self._writer = None

    async def _write_group(self, group: list[tuple[Item, asyncio.Future[None]]]) -> None:
        error: Exception | None = None
        try:
            await self._write([item for item, _ in group])
        except NotStorableError as unstorable:
            if len(group) > 1:  # One station's bad value must not cost the others theirs.
                for member in group:
                    await self._write_group([member])
                return
            error = unstorable
        except Exception as failure:
            error = failure
        for _, done in group:
            if done.cancelled():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
