from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.telemetry.adapters.device_log import (
    CloudWatchDeviceLog,
    RejectedByLogError,
    event_time,
    stream_name,
)
from tests.telemetry.documents import DEVICE, RECEIVED_AT, document

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

RECEIVED_MS = int(RECEIVED_AT.timestamp() * 1000)
HOUR_MS = 3600 * 1000


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=13.9), -timedelta(hours=1.9)])
def test_a_document_has_its_own_time_in_the_log(ago: timedelta) -> None:
    assert event_time(RECEIVED_AT - ago, RECEIVED_AT) == RECEIVED_AT - ago


@pytest.mark.parametrize("ago", [timedelta(days=14), timedelta(days=1700), -timedelta(hours=2)])
def test_a_time_that_the_log_would_reject_gives_way_to_that_of_receipt(ago: timedelta) -> None:
    assert event_time(RECEIVED_AT - ago, RECEIVED_AT) == RECEIVED_AT


def test_streams_of_odd_devices_are_apart_and_within_the_rules() -> None:
    odd = ["a:b", "a*b", "a/b", "a b", "a%3Ab", "é", "…" * 42]
    names = {stream_name(device_id) for device_id in odd}
    assert len(names) == len(odd)
    assert not any(set(":*") & set(name) or len(name) > 512 for name in names)
    assert stream_name(DEVICE) == DEVICE


class Logs:
    """CloudWatch Logs with a clock of its own, by which it rejects."""

    class exceptions:  # noqa: N801 — the client's name
        class ResourceNotFoundException(Exception):
            pass

        class ResourceAlreadyExistsException(Exception):
            pass

    def __init__(self, now_ms: int = RECEIVED_MS) -> None:
        self._now_ms = now_ms
        self.streams: dict[str, list[dict[str, Any]]] = {}
        self.requests: list[Sequence[dict[str, Any]]] = []

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:
        assert logGroupName == "/devices"
        if logStreamName in self.streams:
            raise self.exceptions.ResourceAlreadyExistsException
        self.streams[logStreamName] = []

    def put_log_events(
        self,
        *,
        logGroupName: str,
        logStreamName: str,
        logEvents: Sequence[dict[str, Any]],
    ) -> dict[str, Any]:
        assert logGroupName == "/devices"
        if logStreamName not in self.streams:
            raise self.exceptions.ResourceNotFoundException
        times = [event["timestamp"] for event in logEvents]
        assert times == sorted(times)
        assert times[-1] - times[0] < 24 * HOUR_MS
        self.requests.append(logEvents)
        old = sum(time < self._now_ms - 14 * 24 * HOUR_MS for time in times)
        new = sum(time <= self._now_ms + 2 * HOUR_MS for time in times)
        self.streams[logStreamName].extend(logEvents[old:new])
        rejected: dict[str, int] = {}
        if old:
            rejected["tooOldLogEventEndIndex"] = old
        if new < len(times):
            rejected["tooNewLogEventStartIndex"] = new
        return {"rejectedLogEventsInfo": rejected} if rejected else {}

    def log(self) -> CloudWatchDeviceLog:
        return CloudWatchDeviceLog(cast("CloudWatchLogsClient", self), "/devices")


def test_a_warm_append_is_one_request() -> None:
    logs = Logs()
    logs.log().append(DEVICE, [document()], RECEIVED_AT)
    logs.log().append(DEVICE, [document("2026-11-21T11:58:00Z")], RECEIVED_AT)
    assert len(logs.requests) == 2
    assert [event["message"] for event in logs.streams[DEVICE]] == [
        document().text,
        document("2026-11-21T11:58:00Z").text,
    ]


def test_days_in_any_order_are_put_in_order_and_a_day_at_a_time() -> None:
    days = [document(f"2026-11-{day:02}T12:00:00Z") for day in (19, 10, 18, 11)]
    logs = Logs()
    logs.log().append(DEVICE, days, RECEIVED_AT)
    assert len(logs.streams[DEVICE]) == len(logs.requests) == 4


@pytest.mark.parametrize("their_clock_ms", [-HOUR_MS, HOUR_MS])
def test_what_is_rejected_all_the_same_is_put_at_the_time_of_receipt(their_clock_ms: int) -> None:
    """Their clock and ours differ by an hour, far beyond the margin."""
    logs = Logs(RECEIVED_MS + their_clock_ms)
    old, present, ahead = "2026-11-07T12:30:00Z", "2026-11-21T12:00:00Z", "2026-11-21T13:30:00Z"
    documents = [document(published_at) for published_at in (old, present, ahead)]
    logs.log().append(DEVICE, documents, RECEIVED_AT)
    kept = {event["message"]: event["timestamp"] for event in logs.streams[DEVICE]}
    assert set(kept) == {d.text for d in documents}
    assert list(kept.values()).count(RECEIVED_MS) == 2


def test_a_log_that_takes_nothing_is_an_error_that_names_the_stream() -> None:
    logs = Logs(RECEIVED_MS + 1000 * 24 * HOUR_MS)
    with pytest.raises(RejectedByLogError, match=f"/devices: {DEVICE}: 1 documents"):
        logs.log().append(DEVICE, [document()], RECEIVED_AT)


def test_a_stream_that_another_instance_made_meanwhile_is_used() -> None:
    class Raced(Logs):
        def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:
            self.streams[logStreamName] = []
            super().create_log_stream(logGroupName=logGroupName, logStreamName=logStreamName)

    logs = Raced()
    logs.log().append(DEVICE, [document()], RECEIVED_AT)
    assert len(logs.streams[DEVICE]) == 1
