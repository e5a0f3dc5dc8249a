import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import botocore.exceptions
import pytest
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanKind, StatusCode

from contracts.tracing.spans import NO_TRACING, step, xray_id
from contracts.tracing.xray import Segments, TimedIds, segment, tracing
from tests.contracts.tracing.told import Told

SAMPLED = "00-4efaaf4d1e8720b39541901950019ee5-53995c3f42cd8ad8-01"


class FakeXRay:
    def __init__(self, **answer: Any) -> None:
        self.documents: list[str] = []
        self._answer = answer

    def put_trace_segments(self, *, TraceSegmentDocuments: Sequence[str]) -> Any:  # noqa: N803 — boto3's
        if "error" in self._answer:
            raise self._answer["error"]
        self.documents += TraceSegmentDocuments
        return self._answer


def exported(told: Told, xray: FakeXRay) -> SpanExportResult:
    return Segments(cast("Any", xray), "charging").export(told.spans)


def test_what_a_service_is_asked_is_a_segment_and_what_it_asks_a_subsegment() -> None:
    told, xray = Told(), FakeXRay()
    with told.begin("StopTransaction", SpanKind.SERVER, SAMPLED) as span:
        span.set_attributes({"station_id": "CP1", "transaction_id": 7})
        with step("PostgreSQL"):
            pass
    assert exported(told, xray) is SpanExportResult.SUCCESS
    inner, outer = map(json.loads, xray.documents)
    assert outer["name"] == "charging"
    assert outer["trace_id"] == inner["trace_id"] == "1-4efaaf4d-1e8720b39541901950019ee5"
    assert outer["parent_id"] == "53995c3f42cd8ad8"
    assert outer["annotations"] == {
        "operation": "StopTransaction",
        "station_id": "CP1",
        "transaction_id": 7,
    }
    assert "type" not in outer
    assert (inner["name"], inner["type"], inner["namespace"]) == (
        "PostgreSQL",
        "subsegment",
        "remote",
    )
    assert inner["parent_id"] == outer["id"]
    assert outer["start_time"] <= inner["start_time"] <= inner["end_time"] <= outer["end_time"]
    assert abs(outer["end_time"] - datetime.now(UTC).timestamp()) < 60


def test_what_begins_a_trace_has_no_parent() -> None:
    told = Told()
    with told.begin("Heartbeat", SpanKind.SERVER):
        pass
    assert "parent_id" not in segment(told.span, "charging")


@pytest.mark.parametrize(
    ("status", "attributes", "flags"),
    [
        (StatusCode.UNSET, {"result": "answered"}, set()),
        (StatusCode.UNSET, {"error.type": "FormatViolation"}, {"error"}),
        (StatusCode.ERROR, {"error.type": "UnavailableError"}, {"fault"}),
    ],
)
def test_our_faults_and_the_errors_of_others_are_told_apart(
    status: StatusCode, attributes: dict[str, str], flags: set[str]
) -> None:
    told = Told()
    with told.begin("Authorize", SpanKind.SERVER) as span:
        span.set_attributes(attributes)
        span.set_status(status)
    document = segment(told.span, "charging")
    assert {"error", "fault"} & document.keys() == flags


def test_a_trace_id_begins_with_its_second() -> None:
    _, second, rest = xray_id(TimedIds().generate_trace_id()).split("-")
    assert abs(int(second, 16) - datetime.now(UTC).timestamp()) < 60
    assert len(rest) == 24


@pytest.mark.parametrize(
    ("answer", "result", "says"),
    [
        (
            {"error": botocore.exceptions.EndpointConnectionError(endpoint_url="http://x")},
            SpanExportResult.FAILURE,
            "traces are lost",
        ),
        (
            {"UnprocessedTraceSegments": [{"Id": "1", "Message": "too old"}]},
            SpanExportResult.SUCCESS,
            "a segment is refused",
        ),
    ],
)
def test_what_x_ray_does_not_take_is_lost_and_said(
    answer: dict[str, Any],
    result: SpanExportResult,
    says: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told()
    with told.begin("Heartbeat", SpanKind.SERVER):
        pass
    assert exported(told, FakeXRay(**answer)) is result
    assert says in caplog.text


def test_without_a_share_there_is_no_exporter() -> None:
    assert tracing("charging", 0) is NO_TRACING
