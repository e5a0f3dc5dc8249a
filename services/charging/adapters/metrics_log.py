"""Metrics as lines of the program's log, from which CloudWatch Logs takes them.

In the CloudWatch Embedded Metric Format: a line names its metrics and their dimensions under
``_aws``, and holds their values beside it. A dimension has one value in a line, so each kind of
answer needs a line of its own.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.charging.application.metrics import Counted, Metrics, Standing, Standings
from services.charging.application.ports import Clock, UnavailableError

logger = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds."""
NAMESPACE = "Fleetcharge/Charging"
MOST_VALUES = 100
"""Of one metric in one line."""

Value = float | Sequence[float]


class MetricsLog:
    """Writes those of one node, once a minute."""

    def __init__(
        self,
        metrics: Metrics,
        standings: Standings,
        connections: Callable[[], int],
        clock: Clock,
        *,
        every: float = EVERY,
    ) -> None:
        """`connections`: how many there are; `every`: seconds."""
        self._metrics = metrics
        self._standings = standings
        self._connections = connections
        self._clock = clock
        self._every = every
        self._finish = asyncio.Event()

    async def run(self) -> None:
        """Write every so often, until told to finish; then what was counted since."""
        while not self._finish.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._finish.wait(), self._every)
            await self._write()

    def finish(self) -> None:
        """Write what was counted since, and end."""
        self._finish.set()

    async def _write(self) -> None:
        standing = None
        with contextlib.suppress(UnavailableError):
            standing = await self._standings.read()
        for line in lines(
            self._metrics.take(),
            connections=self._connections(),
            standing=standing,
            at=self._clock(),
        ):
            logger.info("metrics", extra=line)


def lines(
    counted: Counted, *, connections: int, standing: Standing | None, at: datetime
) -> Iterator[dict[str, Any]]:
    """First the node's; `standing`: None when it cannot be read, and then its metrics are missing.

    Connections and malformed frames are of this node, to be summed; what stands is the same from
    every node, so that its maximum counts.
    """
    node: dict[str, tuple[str, Value]] = {
        "Connections": ("Count", connections),
        "MalformedFrames": ("Count", counted.malformed),
    }
    if standing is not None:
        node |= {
            "OpenTransactions": ("Count", standing.open_transactions),
            "OldestUnansweredCall": ("Seconds", standing.oldest_unanswered_seconds),
            "QuarantinedRecords": ("Count", standing.quarantined),
        }
    yield _line(at, {}, node)
    for (direction, action, result), answers in counted.answers.items():
        metrics: dict[str, tuple[str, Value]] = {"Answers": ("Count", answers.count)}
        if answers.seconds:
            metrics["AnswerTime"] = ("Seconds", _spread(answers.seconds))
        yield _line(at, {"direction": direction, "action": action, "result": result}, metrics)


def _line(
    at: datetime, dimensions: Mapping[str, str], metrics: Mapping[str, tuple[str, Value]]
) -> dict[str, Any]:
    dimensions = {"service": "charging", **dimensions}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in metrics.items()],
    }
    return {
        "_aws": {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]},
        **dimensions,
        **{name: value for name, (_, value) in metrics.items()},
    }


def _spread(ascending: Sequence[float]) -> list[float]:
    """As many as a line holds, evenly spread from the least to the greatest: percentiles stay."""
    last = len(ascending) - 1
    if last < MOST_VALUES:
        return list(ascending)
    return [ascending[step * last // (MOST_VALUES - 1)] for step in range(MOST_VALUES)]
