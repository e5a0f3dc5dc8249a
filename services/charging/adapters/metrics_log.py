"""Metrics as lines of the program's log, from which CloudWatch Logs takes them.

In the CloudWatch Embedded Metric Format: a line names its metrics and their dimensions under
``_aws``, and holds their values beside it. A dimension has one value in a line, so each kind of
answer needs a line of its own; so do all actions together, whose percentiles no reader could make
of the single ones.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from contracts import charging_metrics as names
from contracts.charging_metrics import Metric
from services.charging.application.conversation import Direction, MessageKind
from services.charging.application.metrics import Answers, Counted, Metrics, Standing, Standings
from services.charging.application.ports import Clock, UnavailableError

logger = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds."""
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
        authority_ends: datetime | None = None,
    ) -> None:
        """`connections`: how many there are; `every`: seconds.

        `authority_ends`: the certificate of who signs those of stations; None when nobody does.
        """
        self._metrics = metrics
        self._standings = standings
        self._connections = connections
        self._clock = clock
        self._every = every
        self._authority_ends = authority_ends
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
            authority_ends=self._authority_ends,
        ):
            logger.info("metrics", extra=line)


def lines(
    counted: Counted,
    *,
    connections: int,
    standing: Standing | None,
    at: datetime,
    authority_ends: datetime | None = None,
) -> Iterator[dict[str, Any]]:
    """First the node's, then answers by action, then over all actions.

    `standing`: None when it cannot be read, and then its metrics are missing.
    Connections and malformed frames are of this node, to be summed; what stands is the same from
    every node, so that its maximum counts.
    """
    node: dict[Metric, Value] = {
        names.CONNECTIONS: connections,
        names.MALFORMED_FRAMES: counted.malformed,
        names.STATIONS_NOT_ADMITTED: counted.not_admitted,
    }
    if standing is not None:
        node |= {
            names.OPEN_TRANSACTIONS: standing.open_transactions,
            names.OLDEST_UNANSWERED_CALL: standing.oldest_unanswered_seconds,
            names.OLDEST_OUTBOX_EVENT: standing.oldest_outbox_seconds,
            names.QUARANTINED_RECORDS: standing.quarantined,
            names.QUARANTINE_LEFT_OUT: standing.left_out,
            names.STATION_CERTIFICATES_ENDING: standing.certificates_ending,
        }
    if authority_ends is not None:
        node[names.STATION_AUTHORITY_DAYS] = (authority_ends - at).days
    yield _line(at, {}, node)
    of_all: defaultdict[tuple[Direction, MessageKind], list[Answers]] = defaultdict(list)
    for kind, answers in counted.answers.items():
        dimensions = {names.DIRECTION: kind.direction, names.RESULT: kind.result}
        yield _line(at, {**dimensions, names.ACTION: kind.action}, _answers([answers]))
        of_all[kind.direction, kind.result].append(answers)
    for (direction, result), several in of_all.items():
        dimensions = {names.DIRECTION: direction, names.RESULT: result}
        yield _line(at, dimensions, _answers(several))


def _answers(several: Sequence[Answers]) -> dict[Metric, Value]:
    metrics: dict[Metric, Value] = {names.ANSWERS: sum(answers.count for answers in several)}
    if seconds := sorted(chain.from_iterable(answers.seconds for answers in several)):
        metrics[names.ANSWER_TIME] = _spread(seconds)
    return metrics


def _line(
    at: datetime, dimensions: Mapping[str, str], metrics: Mapping[Metric, Value]
) -> dict[str, Any]:
    dimensions = {**names.SERVICE, **dimensions}
    directive = {
        "Namespace": names.NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": metric.name, "Unit": metric.unit} for metric in metrics],
    }
    return {
        "_aws": {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]},
        **dimensions,
        **{metric.name: value for metric, value in metrics.items()},
    }


def _spread(ascending: Sequence[float]) -> list[float]:
    """As many as a line holds, evenly spread from the least to the greatest: percentiles stay."""
    last = len(ascending) - 1
    if last < MOST_VALUES:
        return list(ascending)
    return [ascending[step * last // (MOST_VALUES - 1)] for step in range(MOST_VALUES)]
