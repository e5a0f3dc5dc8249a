"""Spans as X-Ray keeps them: segments of services, and subsegments of what they did in between.

The API takes them as they are, so there is no collector beside the program
(docs/decisions/traces.md). What cannot be sent is lost: no work ever waits for its trace.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from random import getrandbits
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import SpanKind, StatusCode

from contracts.tracing.spans import NO_TRACING, Tracing, xray_id

if TYPE_CHECKING:
    from mypy_boto3_xray import XRayClient

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50
"""Segments in a request; each of ours has less than 1 KB, and a request may have 64 KB."""
SENT_EVERY = 2000
"""Milliseconds."""
MOST_WAITING = 2048
LONGEST_VALUE = 200
_HTTP = ("http.request.method", "url.path", "http.response.status_code")
_NAMESPACES = {SpanKind.CLIENT: "remote", SpanKind.PRODUCER: "aws"}
"""Of subsegments: who was asked is a node of the map, too."""


def tracing(service: str, share: float) -> Tracing:
    """Traces of a program, sent to X-Ray from a thread of their own; what waits goes at the end."""
    if not share:
        return NO_TRACING
    brief = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
    exporter = Segments(boto3.client("xray", config=brief), service)
    provider = TracerProvider(
        sampler=ALWAYS_ON,  # `Tracing` has chosen already.
        resource=Resource({}),
        id_generator=TimedIds(),
        span_limits=SpanLimits(max_attribute_length=LONGEST_VALUE),
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=SENT_EVERY,
            max_export_batch_size=MOST_AT_ONCE,
        )
    )
    return Tracing(provider.get_tracer(service), share)


class TimedIds(RandomIdGenerator):
    """A trace's id begins with its second, as X-Ray's own do."""

    def generate_trace_id(self) -> int:
        """128 bits."""
        return int(time.time()) << 96 | getrandbits(96)


class Segments(SpanExporter):
    """Sends spans of a service."""

    def __init__(self, xray: "XRayClient", service: str) -> None:
        self._xray = xray
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Once; called from one thread."""
        documents = [msgspec.json.encode(segment(span, self._service)).decode() for span in spans]
        try:
            answer = self._xray.put_trace_segments(TraceSegmentDocuments=documents)
        except (BotoCoreError, ClientError) as error:
            logger.warning("traces are lost", extra={"count": len(spans), "reason": str(error)})
            return SpanExportResult.FAILURE
        for refused in answer.get("UnprocessedTraceSegments", []):
            logger.warning("a segment is refused", extra={"reason": refused.get("Message")})
        return SpanExportResult.SUCCESS


def segment(span: ReadableSpan, service: str) -> dict[str, Any]:
    """The document of a span: of a segment, when it is the service's first in its trace.

    AWS X-Ray Developer Guide, "X-Ray segment documents". Attributes are annotations: these can be
    looked for.
    """
    attributes = dict(span.attributes or {})
    context, parent = span.get_span_context(), span.parent
    is_first = parent is None or parent.is_remote
    document: dict[str, Any] = {
        "trace_id": xray_id(context.trace_id if context else 0),
        "id": f"{context.span_id if context else 0:016x}",
        "name": service if is_first else span.name,
        "start_time": (span.start_time or 0) / 1e9,
        "end_time": (span.end_time or 0) / 1e9,
    }
    if parent is not None:
        document["parent_id"] = f"{parent.span_id:016x}"
    if is_first:
        document["origin"] = "AWS::ECS::Container"
    else:
        document["type"] = "subsegment"
        if namespace := _NAMESPACES.get(span.kind):
            document["namespace"] = namespace
    if http := _http(attributes):
        document["http"] = http
    if span.status.status_code is StatusCode.ERROR:
        document["fault"] = True
    elif "error.type" in attributes:
        document["error"] = True
    document["annotations"] = {
        "operation": span.name,
        **{name.replace(".", "_"): v for name, v in attributes.items() if name not in _HTTP},
    }
    return document


def _http(attributes: Mapping[str, Any]) -> dict[str, Any]:
    method, path, status = map(attributes.get, _HTTP)
    if method is None:
        return {}
    http: dict[str, Any] = {"request": {"method": method, "url": path}}
    if status is not None:
        http["response"] = {"status": status}
    return http
