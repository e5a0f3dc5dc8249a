"""Segment documents, as they come, and the traces that they make.

AWS X-Ray Developer Guide, "X-Ray segment documents".
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import get_account_id, get_region

Segment = dict[str, Any]
KEPT = 2000
"""Traces; then the oldest go."""
_TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_ID = re.compile(r"[0-9a-f]{16}")
_NAME = re.compile(r"[\w\s.:/%&#=+\-@]{1,200}")
_ANNOTATION = re.compile(r"\w{1,500}")


class BadSegmentError(ValueError):
    """What is wrong with a document, in X-Ray's words."""

    def __init__(self, code: str, message: str, segment_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.segment_id = segment_id


@dataclass
class Trace:
    """One way through all programs."""

    id: str
    segments: dict[str, Segment] = field(default_factory=dict)
    """By id, subsegments that came by themselves among them."""

    @property
    def start(self) -> float:
        """Seconds since the epoch."""
        start: float = min(segment["start_time"] for segment in self.segments.values())
        return start

    @property
    def end(self) -> float:
        """Of all that is over."""
        return max(_end(segment) for segment in self.segments.values())

    @property
    def services(self) -> set[str]:
        """Those that tell of themselves."""
        return {s["name"] for s in self.segments.values() if s.get("type") != "subsegment"}

    def annotations(self) -> Iterator[tuple[str, Any]]:
        """Of each segment."""
        for segment in self.segments.values():
            yield from segment.get("annotations", {}).items()

    def has(self, flag: str) -> bool:
        """Whether a segment has it: ``fault``, ``error`` or ``throttle``."""
        return any(segment.get(flag) for segment in self.segments.values())


# By account, region and id. MiniStack's own dictionaries of these are counted one by one.
_traces: dict[tuple[str, str, str], Trace] = {}


def put(document: str) -> None:
    """Keep a segment with its trace; raises `BadSegmentError`."""
    segment = _read(document)
    trace_id = segment["trace_id"]
    trace = _traces.setdefault((*_caller(), trace_id), Trace(trace_id))
    trace.segments[segment["id"]] = segment
    if len(_traces) > KEPT:
        del _traces[next(iter(_traces))]


def traces() -> Iterable[Trace]:
    """All that is kept for the caller."""
    caller = _caller()
    return [trace for (*scope, _), trace in _traces.items() if tuple(scope) == caller]


def trace(trace_id: str) -> Trace | None:
    """None: nothing of it is kept."""
    return _traces.get((*_caller(), trace_id))


def _caller() -> tuple[str, str]:
    return get_account_id(), get_region()


def _read(document: str) -> Segment:
    try:
        segment = json.loads(document)
    except ValueError as error:
        raise BadSegmentError("ParseError", f"Invalid segment. {error}") from error
    if not isinstance(segment, dict):
        raise BadSegmentError("ParseError", "Invalid segment. It is no object")
    segment_id = str(segment.get("id", ""))
    for name, pattern in (("id", _ID), ("trace_id", _TRACE_ID), ("name", _NAME)):
        if not isinstance(segment.get(name), str) or not pattern.fullmatch(segment[name]):
            raise BadSegmentError("InvalidSegment", f"{name}: {segment.get(name)!r}", segment_id)
    if not isinstance(segment.get("start_time"), float | int):
        raise BadSegmentError("MissingStartTime", "start_time is no number", segment_id)
    if "end_time" not in segment and not segment.get("in_progress"):
        raise BadSegmentError("MissingEndTime", "neither end_time nor in_progress", segment_id)
    if segment.get("type") == "subsegment" and "parent_id" not in segment:
        raise BadSegmentError("MissingParentId", "a subsegment has a parent", segment_id)
    for name, value in segment.get("annotations", {}).items():
        if not _ANNOTATION.fullmatch(name) or not isinstance(value, str | int | float | bool):
            raise BadSegmentError("InvalidAnnotation", f"annotation {name}", segment_id)
    return segment


def _end(segment: Segment) -> float:
    end: float = segment["end_time" if "end_time" in segment else "start_time"]
    return end
