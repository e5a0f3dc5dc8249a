"""Requests that are repeated with an idempotency key.

What a request brings about, a command or a campaign, is kept under an id that belongs to its key.
So a request of which nobody knows what came of it may be carried out again: what is there stays as
it is, and is what the request gets.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

LONGEST_REQUEST = timedelta(minutes=1)
"""After which a request without an answer is not under way any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request got."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request with the same key; without an answer, it is under way."""

    fingerprint: bytes
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Turn:
    """The request is to be carried out now; what it brings about has this id."""

    effect_id: UUID


class IdempotencyKeys(Protocol):
    """Where they are kept, for 24 hours."""

    async def take(self, caller: str, key: str, fingerprint: bytes) -> Turn | Earlier:
        """The key is in use from now on: for the first time, or as nobody knows what came of it."""

    async def answer(self, caller: str, key: str, answer: Answer) -> None:
        """Keep what it got."""

    async def put_back(self, caller: str, key: str) -> None:
        """What came of the request is not known: the same one may be carried out again."""

    async def release(self, caller: str, key: str) -> None:
        """Nothing was done: the key is free."""
