"""Commits in groups: what arrives during one commit goes into the next, together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from contracts.tracing.spans import step
from services.charging.application.ports import NotStorableError

Item = TypeVar("Item")

LARGEST_GROUP = 500


class CommitGroup(Generic[Item]):
    """Hands items of many stations to one write; each caller waits for the one that holds its own.

    One write runs at a time, and a further one when a whole group waits. Items of one `subject` are
    never in two writes at once, nor twice in one, and keep their order; so do all, when every item
    is a subject of its own and there is one write at a time.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[None]],
        *,
        subject: Callable[[Item], Hashable] = id,
        most_writes: int = 1,
    ) -> None:
        """`most_writes`: at a time, where those of different subjects do not block each other."""
        self._write = write
        self._subject = subject
        self._most_writes = most_writes
        self._waiting: list[tuple[Item, asyncio.Future[int]]] = []
        self._writers: set[asyncio.Task[None] | None] = set()
        self._in_hand: set[Hashable] = set()
        """Subjects of the groups that are being written."""

    async def add(self, item: Item) -> None:
        """Return when the item is committed; raises what its write raised."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        a_group_waits = len(self._waiting) >= LARGEST_GROUP
        if not self._writers or (a_group_waits and len(self._writers) < self._most_writes):
            # Who comes first writes for those after it: what it does belongs to no trace.
            writer = asyncio.create_task(self._write_groups(), context=Context())
            self._writers.add(writer)
        with step("PostgreSQL") as span:
            span.set_attribute("group_size", await done)

    async def _write_groups(self) -> None:
        try:
            while group := self._next_group():
                self._in_hand |= group.keys()
                await self._write_group(list(group.values()))
                self._in_hand -= group.keys()
        finally:
            # At once, not when the task is done: what comes meanwhile needs another one.
            self._writers -= {asyncio.current_task()}

    def _next_group(self) -> dict[Hashable, tuple[Item, asyncio.Future[int]]]:
        group: dict[Hashable, tuple[Item, asyncio.Future[int]]] = {}
        later = []
        for member in self._waiting:
            subject = self._subject(member[0])
            if subject in group or subject in self._in_hand or len(group) == LARGEST_GROUP:
                later.append(member)
            else:
                group[subject] = member
        self._waiting = later
        return group

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
