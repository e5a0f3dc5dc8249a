"""The API: each operation at its path, in JSON."""

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, json_response

from embedded.control_plane.xray import segments
from embedded.control_plane.xray.filters import UnknownExpressionError, matching
from embedded.control_plane.xray.segments import BadSegmentError, Trace

Record = dict[str, Any]
MOST_TRACES = 5
"""In one `BatchGetTraces`."""


async def handle_request(
    method: str,  # noqa: ARG001 — MiniStack's signature
    path: str,
    headers: dict[str, str],  # noqa: ARG001 — likewise
    body: bytes,
    query: dict[str, Any],  # noqa: ARG001 — likewise
) -> Any:
    """One request in the account and region of its caller."""
    operation = _OPERATIONS.get(path)
    if operation is None:
        return error_response_json("UnknownOperationException", f"{path} is not here", 404)
    try:
        return json_response(operation(json.loads(body or b"{}")))
    except (UnknownExpressionError, KeyError) as error:
        return error_response_json("InvalidRequestException", str(error), 400)


def _put_trace_segments(request: Record) -> Record:
    refused = []
    for document in request["TraceSegmentDocuments"]:
        try:
            segments.put(document)
        except BadSegmentError as error:
            refused.append({"Id": error.segment_id, "ErrorCode": error.code, "Message": str(error)})
    return {"UnprocessedTraceSegments": refused}


def _get_trace_summaries(request: Record) -> Record:
    first, last = request["StartTime"], request["EndTime"]
    matches = matching(request["FilterExpression"]) if request.get("FilterExpression") else bool
    found = [t for t in segments.traces() if first <= t.start <= last and matches(t)]
    return {
        "TraceSummaries": [_summary(trace) for trace in found],
        "TracesProcessedCount": len(found),
        "ApproximateTime": last,
    }


def _batch_get_traces(request: Record) -> Record:
    ids = request["TraceIds"]
    if len(ids) > MOST_TRACES:
        raise KeyError(f"TraceIds: at most {MOST_TRACES}")
    found = {trace_id: segments.trace(trace_id) for trace_id in ids}
    return {
        "Traces": [_trace(trace) for trace in found.values() if trace],
        "UnprocessedTraceIds": [trace_id for trace_id, trace in found.items() if not trace],
    }


def _trace(trace: Trace) -> Record:
    return {
        "Id": trace.id,
        "Duration": trace.end - trace.start,
        "LimitExceeded": False,
        "Segments": [
            {"Id": segment_id, "Document": json.dumps(segment)}
            for segment_id, segment in trace.segments.items()
        ],
    }


def _summary(trace: Trace) -> Record:
    annotations: dict[str, list[Record]] = defaultdict(list)
    for name, value in trace.annotations():
        kept = {"AnnotationValue": _annotation(value)}
        if kept not in annotations[name]:
            annotations[name].append(kept)
    return {
        "Id": trace.id,
        "StartTime": trace.start,
        "Duration": trace.end - trace.start,
        "HasFault": trace.has("fault"),
        "HasError": trace.has("error"),
        "HasThrottle": trace.has("throttle"),
        "IsPartial": False,
        "Annotations": annotations,
        "ServiceIds": [
            {"Name": name, "Names": [name], "AccountId": get_account_id()}
            for name in sorted(trace.services)
        ],
    }


def _annotation(value: object) -> Record:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    if isinstance(value, int | float):
        return {"NumberValue": value}
    return {"StringValue": value}


_OPERATIONS: dict[str, Callable[[Record], Record]] = {
    "/TraceSegments": _put_trace_segments,
    "/TraceSummaries": _get_trace_summaries,
    "/Traces": _batch_get_traces,
}
