"""What changes of stations, connectors and sessions, on whatever node, for those who follow."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from services.charging.application.ports import UnavailableError
from services.charging.application.scope import Scope

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds, while somebody follows."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the order of changes: a transaction, and a change in it."""

    transaction: int
    id: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Of ``transaction-id``; raises `ValueError`."""
        transaction, _, number = text.partition("-")
        place = cls(int(transaction), int(number))
        if not place >= BEFORE_ALL or max(place.transaction, place.id) > _LARGEST:
            raise ValueError(f"no change has the place {text}")
        return place

    def __str__(self) -> str:
        return f"{self.transaction}-{self.id}"


BEFORE_ALL = Place(0, 0)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `data` is how it stands since."""

    id: int
    transaction: int
    at: datetime
    station_id: str
    kind: str
    """``station``, ``connector``, ``session`` or ``reservation``."""
    data: dict[str, Any]

    @property
    def place(self) -> Place:
        """Where to go on after it."""
        return Place(self.transaction, self.id)


class ChangeBook(Protocol):
    """Where changes are kept, for a week."""

    async def latest(self) -> Place:
        """The place of the last one that can be read."""

    async def is_kept(self, place: Place) -> bool:
        """Whether every change after this place is still there."""

    async def after(self, scope: Scope, place: Place, *, limit: int) -> list[Change]:
        """Those in a caller's scope, in order."""


class Changes:
    """Looks for news once for all who follow at this node."""

    def __init__(self, book: ChangeBook) -> None:
        self._book = book
        self._followers = 0
        self._news = asyncio.Event()
        self._finished = asyncio.Event()

    async def start_of(self, last: str | None) -> tuple[Place, bool]:
        """Where to begin, and whether something is missing since `last`.

        Raises `ValueError` when `last` is no place. One that is to come is of a database that was
        restored to an earlier time.
        """
        latest = await self._book.latest()
        if not last:
            return latest, False
        place = Place.read(last)
        is_to_come = BEFORE_ALL < latest < place
        if not is_to_come and await self._book.is_kept(place):
            return place, False
        return latest, True

    async def follow(
        self, scope: Scope, place: Place, *, quiet: float
    ) -> AsyncIterator[Change | None]:
        """Every change from a place on; None when there is nothing new, at least every so often.

        It ends when the changes cannot be read: whoever follows comes back, and goes on.
        """
        self._followers += 1
        try:
            while not self._finished.is_set():
                news = self._news
                found = await self._book.after(scope, place, limit=AT_ONCE)
                for change in found:
                    yield change
                    place = change.place
                if found:
                    continue
                yield None
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), quiet)
        except UnavailableError as error:
            logger.warning("changes are not followed", extra={"reason": str(error)})
        finally:
            self._followers -= 1

    async def run(self) -> None:
        """Look for news until told to finish."""
        known: Place | None = None
        while not self._finished.is_set():
            try:
                if self._followers and (latest := await self._book.latest()) != known:
                    known = latest
                    self._tell()
            except UnavailableError as error:
                logger.warning("changes wait", extra={"reason": str(error)})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._finished.wait(), LOOK_EVERY)
        self._tell()

    def finish(self) -> None:
        """End, and let all who follow go."""
        self._finished.set()
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
