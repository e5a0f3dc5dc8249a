"""Each device's own log stream in CloudWatch Logs: the raw documents, as received."""

import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.telemetry.domain.status import StatusDocument

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import InputLogEventTypeDef, RejectedLogEventsInfoTypeDef

OLDEST_ACCEPTED = timedelta(days=14)
NEWEST_ACCEPTED = timedelta(hours=2)
"""PutLogEvents rejects events from outside of this window, and takes the rest."""

_MARGIN = timedelta(minutes=5)
"""For the way to the service, and clocks that differ."""

_LONGEST_SPAN_MS = 24 * 3600 * 1000
"""The events of one PutLogEvents lie within 24 hours. Its limits of 10,000 events and 1 MiB are
beyond what one request to the webhook can hold."""


class RejectedByLogError(Exception):
    """CloudWatch Logs would not take documents even at the time they were received."""


def event_time(published_at: datetime, received_at: datetime) -> datetime:
    """The time that a document has in its log stream.

    When it was published, if CloudWatch Logs accepts that; else when it was received. The message
    always holds ``published_at``.
    """
    oldest = received_at - OLDEST_ACCEPTED + _MARGIN
    newest = received_at + NEWEST_ACCEPTED - _MARGIN
    return published_at if oldest <= published_at <= newest else received_at


def stream_name(device_id: str) -> str:
    """The device id, with what a stream's name cannot hold (``:`` and ``*``) percent-encoded."""
    return urllib.parse.quote(device_id, safe="")


class CloudWatchDeviceLog:
    """Appends to the devices' streams of one log group."""

    def __init__(self, client: "CloudWatchLogsClient", log_group: str) -> None:
        self._client = client
        self._log_group = log_group

    def append(
        self, device_id: str, documents: Sequence[StatusDocument], received_at: datetime
    ) -> None:
        """Append; returns when the log has taken every one. Raises `RejectedByLogError`."""
        stream = stream_name(device_id)
        events = sorted(
            (_event(d.text, event_time(d.published_at, received_at)) for d in documents),
            key=lambda event: event["timestamp"],
        )
        for batch in _within_span(events):
            rejected = self._put(stream, batch)
            if rejected:
                again = [_event(event["message"], received_at) for event in rejected]
                if self._put(stream, again):
                    raise RejectedByLogError(f"{self._log_group}: {stream}: {len(again)} documents")

    def _put(
        self, stream: str, events: Sequence["InputLogEventTypeDef"]
    ) -> Sequence["InputLogEventTypeDef"]:
        """Put events, making the stream when it is not there; returns the rejected ones."""
        try:
            answer = self._client.put_log_events(
                logGroupName=self._log_group, logStreamName=stream, logEvents=events
            )
        except self._client.exceptions.ResourceNotFoundException:
            self._create(stream)
            answer = self._client.put_log_events(
                logGroupName=self._log_group, logStreamName=stream, logEvents=events
            )
        return _rejected(events, answer.get("rejectedLogEventsInfo") or {})

    def _create(self, stream: str) -> None:
        # Another instance of the function may have been faster.
        with suppress(self._client.exceptions.ResourceAlreadyExistsException):
            self._client.create_log_stream(logGroupName=self._log_group, logStreamName=stream)


def _event(message: str, at: datetime) -> "InputLogEventTypeDef":
    return {"timestamp": int(at.timestamp() * 1000), "message": message}


def _within_span(
    events: Sequence["InputLogEventTypeDef"],
) -> Iterator[Sequence["InputLogEventTypeDef"]]:
    """Cut a sorted sequence where it would span more than one request may."""
    first = 0
    for index, event in enumerate(events):
        if event["timestamp"] - events[first]["timestamp"] >= _LONGEST_SPAN_MS:
            yield events[first:index]
            first = index
    yield events[first:]


def _rejected(
    events: Sequence["InputLogEventTypeDef"], info: "RejectedLogEventsInfoTypeDef"
) -> Sequence["InputLogEventTypeDef"]:
    """The events before the "end" indexes are too old, those from the "start" index too new."""
    old = max(info.get("tooOldLogEventEndIndex", 0), info.get("expiredLogEventEndIndex", 0))
    new = info.get("tooNewLogEventStartIndex", len(events))
    return [*events[:old], *events[max(old, new) :]]
