"""Tracing whose spans stay here."""

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from contracts.tracing.spans import Tracing


class Told(Tracing):
    """Of a `share`, by a chance that is always `drawn`."""

    def __init__(self, share: float = 1.0, drawn: float = 0.5) -> None:
        self._ended = InMemorySpanExporter()
        provider = TracerProvider(sampler=ALWAYS_ON)
        provider.add_span_processor(SimpleSpanProcessor(self._ended))
        super().__init__(provider.get_tracer("test"), share, lambda: drawn)

    @property
    def spans(self) -> list[ReadableSpan]:
        """In the order of their ends."""
        return list(self._ended.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        """The only one."""
        (span,) = self.spans
        return span
