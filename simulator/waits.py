"""How long answers took."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Waits:
    """Of `answers`: the median and what 99 of a hundred stay under, in seconds."""

    answers: int
    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Self:
        """Zeroes when there was no answer."""
        waits = sorted(seconds) or [0.0]
        return cls(len(waits), waits[len(waits) // 2], waits[len(waits) * 99 // 100])
