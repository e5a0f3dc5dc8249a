"""What programs tell X-Ray, people can read as traces."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded.control_plane.conftest import ControlPlane

pytestmark = pytest.mark.integration

NOW = time.time()


def segment(number: int, **more: Any) -> dict[str, Any]:
    return {
        "trace_id": f"1-{int(NOW):08x}-{number:024x}",
        "id": f"{number:016x}",
        "name": "charging",
        "start_time": NOW,
        "end_time": NOW + 0.5,
        **more,
    }


def summaries(xray: Any, expression: str) -> list[Any]:
    answer = xray.get_trace_summaries(
        StartTime=NOW - 60, EndTime=NOW + 60, FilterExpression=expression
    )
    found: list[Any] = answer["TraceSummaries"]
    return found


def test_segments_of_two_services_are_one_trace_found_by_what_they_say(
    control_plane: ControlPlane,
) -> None:
    xray = control_plane.client("xray")
    stop = segment(1, annotations={"session_id": "s-1", "transaction_id": 7, "late": False})
    commit = stop | {"id": "c" * 16, "name": "PostgreSQL", "type": "subsegment"}
    commit["parent_id"] = stop["id"]
    record = stop | {"id": "b" * 16, "name": "billing", "parent_id": stop["id"]}
    record |= {"end_time": NOW + 2, "annotations": {"session_id": "s-1"}}
    other = segment(2, annotations={"session_id": "s-2"}, fault=True)
    documents = list(map(json.dumps, (stop, commit, record, other)))
    assert (
        xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"] == []
    )
    (found,) = summaries(xray, 'annotation.session_id = "s-1" AND service("billing")')
    assert (found["Id"], found["HasFault"]) == (stop["trace_id"], False)
    assert found["Duration"] == pytest.approx(2)
    assert [service["Name"] for service in found["ServiceIds"]] == ["billing", "charging"]
    assert found["Annotations"]["transaction_id"][0]["AnnotationValue"] == {"NumberValue": 7}
    assert [one["Id"] for one in summaries(xray, "annotation[transaction_id] = 7")] == [found["Id"]]
    assert [one["Id"] for one in summaries(xray, "fault")] == [other["trace_id"]]
    assert summaries(xray, 'annotation.session_id = "s-3"') == []
    answer = xray.batch_get_traces(TraceIds=[stop["trace_id"], "1-00000000-" + "0" * 24])
    (trace,) = answer["Traces"]
    assert [json.loads(one["Document"]) for one in trace["Segments"]] == [stop, commit, record]
    assert answer["UnprocessedTraceIds"] == ["1-00000000-" + "0" * 24]


@pytest.mark.parametrize(
    ("code", "document"),
    [
        ("ParseError", "no segment"),
        ("InvalidSegment", json.dumps(segment(3, trace_id="4efaaf4d1e8720b39541901950019ee5"))),
        ("InvalidSegment", json.dumps(segment(3, name="<charging>"))),
        ("MissingEndTime", json.dumps({k: v for k, v in segment(3).items() if k != "end_time"})),
        ("MissingParentId", json.dumps(segment(3, type="subsegment"))),
        ("InvalidAnnotation", json.dumps(segment(3, annotations={"error.type": "x"}))),
    ],
)
def test_what_x_ray_would_not_take_is_refused(
    control_plane: ControlPlane, code: str, document: str
) -> None:
    xray = control_plane.client("xray")
    (refused,) = xray.put_trace_segments(TraceSegmentDocuments=[document])[
        "UnprocessedTraceSegments"
    ]
    assert refused["ErrorCode"] == code


def test_a_filter_that_is_not_known_is_refused_by_name(control_plane: ControlPlane) -> None:
    with pytest.raises(ClientError, match="responsetime > 5"):
        summaries(control_plane.client("xray"), "responsetime > 5")
