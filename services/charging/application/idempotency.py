"""Requests that are repeated with an idempotency key."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request got."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request with the same key; without an answer, it is under way or was cut off."""

    fingerprint: bytes
    answer: Answer | None


class IdempotencyKeys(Protocol):
    """Where they are kept."""

    async def reserve(self, caller: str, key: str, fingerprint: bytes) -> Earlier | None:
        """None: nobody used this key in the last 24 hours, and now it is in use."""

    async def answer(self, caller: str, key: str, answer: Answer) -> None:
        """Keep what it got."""

    async def release(self, caller: str, key: str) -> None:
        """Nothing was done: the key is free."""
