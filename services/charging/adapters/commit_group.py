"""Commits in groups: what arrives during one commit goes into the next, together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from contracts.tracing.spans import step
from services.charging.application.ports import NotStorableError

Item = TypeVar("Item")

LARGEST_GROUP = 1000
"""The ledger locks each station of a group: several nodes may, within the 6,400 locks that a small
PostgreSQL has by default."""


class CommitGroup(Generic[Item]):
    """Hands items of many stations to one write; each caller waits for the one that holds its own.

    One write runs at a time. Items of one `subject` never share a group and keep their order; so do
    all, when every item is a subject of its own.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[None]],
        *,
        subject: Callable[[Item], Hashable] = id,
    ) -> None:
        self._write = write
        self._subject = subject
        self._waiting: list[tuple[Item, asyncio.Future[int]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> None:
        """Return when the item is committed; raises what its write raised."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None:
            # Who comes first writes for those after it: what it does belongs to no trace.
            self._writer = asyncio.create_task(self._write_groups(), context=Context())
        with step("PostgreSQL") as span:
            span.set_attribute("group_size", await done)

    async def _write_groups(self) -> None:
        try:
            while self._waiting:
                await self._write_group(self._next_group())
        finally:
            self._writer = None

    def _next_group(self) -> list[tuple[Item, asyncio.Future[int]]]:
        group: dict[Hashable, tuple[Item, asyncio.Future[int]]] = {}
        later = []
        for member in self._waiting:
            subject = self._subject(member[0])
            if subject in group or len(group) == LARGEST_GROUP:
                later.append(member)
            else:
                group[subject] = member
        self._waiting = later
        return list(group.values())

    async def _write_group(self, group: list[tuple[Item, asyncio.Future[int]]]) -> None:
        error: Exception | None = None
        try:
            await self._write([item for item, _ in group])
        except NotStorableError as unstorable:
            if len(group) > 1:  # One station's bad value must not cost the others theirs.
                middle = len(group) // 2
                await self._write_group(group[:middle])
                await self._write_group(group[middle:])
                return
            error = unstorable
        except Exception as failure:
            error = failure
        for _, done in group:
            if done.cancelled():
                continue
            if error is None:
                done.set_result(len(group))
            else:
                done.set_exception(error)
