"""A device's history, as charts want it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lambdas.telemetry.domain.rollup import Rollup, Sample, roll_up, roll_up_hours

DEFAULT_WINDOW = timedelta(hours=24)
LONGEST_WINDOW = timedelta(days=7)
"""A week of minutes is two thirds of what one DynamoDB request returns."""


class BadWindowError(ValueError):
    """The time frame asked for cannot be answered; says why."""


class StatusHistory(Protocol):
    """The table, as read by charts."""

    def between(self, device_id: str, start: datetime, end: datetime) -> list[Sample]:
        """Samples of ``[start, end)`` in order of time."""

    def latest(self, device_id: str) -> Sample | None:
        """The newest sample."""


@dataclass(frozen=True)
class DeviceHistory:
    """The samples of ``[start, end)`` and what they amount to."""

    device_id: str
    start: datetime
    end: datetime
    samples: list[Sample]
    rollup: Rollup
    hours: list[Rollup]


class Histories:
    """Answers for devices' pasts and for their latest state."""

    def __init__(self, history: StatusHistory, clock: Callable[[], datetime]) -> None:
        self._history = history
        self._clock = clock

    def of(
        self, device_id: str, start: datetime | None = None, end: datetime | None = None
    ) -> DeviceHistory:
        """``[start, end)`` of one device; by default the 24 hours before `end`, `end` being now.

        Raises `BadWindowError`.
        """
        end = end or self._clock()
        start = start or end - DEFAULT_WINDOW
        if not timedelta(0) < end - start <= LONGEST_WINDOW:
            raise BadWindowError(
                f"until ({end.isoformat()}) must be after from ({start.isoformat()})"
                f" by at most {LONGEST_WINDOW.days} days"
            )
        samples = self._history.between(device_id, start, end)
        return DeviceHistory(
            device_id, start, end, samples, roll_up(samples, start, end), roll_up_hours(samples)
        )

    def latest(self, device_id: str) -> Sample | None:
        """The newest status of one device; None when it never reported."""
        return self._history.latest(device_id)
