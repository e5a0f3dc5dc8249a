"""Metrics in the text format of Prometheus, as one page: what was counted since the start.

The same counts as the lines of `services.charging.adapters.metrics_log`. What is the same at every
node, and costs a query, stands in those alone.
"""

from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from services.charging.application.metrics import BOUNDS, Metrics

KIND = ("direction", "action", "result")


class MetricsPage(Collector):
    """That of one node."""

    def __init__(self, metrics: Metrics, connections: Callable[[], int]) -> None:
        """`connections`: how many there are."""
        self._metrics = metrics
        self._connections = connections
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The page as it is now."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What the library makes lines of."""
        since_start = self._metrics.since_start()
        yield GaugeMetricFamily(
            "charging_connections", "Stations connected to the node", value=self._connections()
        )
        yield CounterMetricFamily(
            "charging_malformed_frames",
            "Frames that could not be read",
            value=since_start.malformed,
        )
        yield CounterMetricFamily(
            "charging_not_admitted",
            "Attempts of stations that were not let in",
            value=since_start.not_admitted,
        )
        answers = CounterMetricFamily(
            "charging_answers", "Answers, ours (out) and stations' (in)", labels=KIND
        )
        seconds = HistogramMetricFamily(
            "charging_answer_seconds", "From call to answer, where the call is known", labels=KIND
        )
        for kind, total in since_start.answers.items():
            answers.add_metric(kind, total.count)
            bounds = (*map(str, BOUNDS), "+Inf")
            at_most = zip(bounds, accumulate(total.within), strict=True)
            seconds.add_metric(kind, buckets=list(at_most), sum_value=total.seconds)
        yield answers
        yield seconds
