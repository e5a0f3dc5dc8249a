"""What the program counts, in the text format of Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from services.billing.application.intake import SessionIntake


class MetricsPage(Collector):
    """That of one task."""

    def __init__(self, intake: SessionIntake) -> None:
        self._intake = intake
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The page as it is now."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What the library makes lines of."""
        yield CounterMetricFamily(
            "billing_sessions", "Sessions committed, repeated ones too", self._intake.committed
        )
        yield CounterMetricFamily(
            "billing_set_aside", "Messages and sessions in the quarantine", self._intake.set_aside
        )
