"""Log events as documents of the search domain, and where each is to be found.

An event is found by its own id in the index of its day, so that one that comes twice is there once.
"""

import base64
import gzip
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

MOST_BYTES = 5 * 1024 * 1024
"""Of one request, before the last event: the smallest domains take 10 MiB."""


class LogEvent(msgspec.Struct, frozen=True):
    """One line of a log."""

    id: str
    timestamp: int
    """Milliseconds."""
    message: str


class Batch(msgspec.Struct, frozen=True, rename="camel"):
    """What a subscription sends (CloudWatch Logs, "Subscription filters")."""

    message_type: str
    """``DATA_MESSAGE``, or ``CONTROL_MESSAGE`` that only asks whether anybody is there."""
    log_group: str
    log_stream: str
    log_events: tuple[LogEvent, ...]


class Document(msgspec.Struct, frozen=True):
    """One event, as the domain is to keep it."""

    index: str
    id: str
    content: dict[str, Any]

    def lines(self) -> bytes:
        """Two of the bulk interface."""
        action = {"index": {"_index": self.index, "_id": self.id}}
        return b"%s\n%s\n" % (msgspec.json.encode(action), msgspec.json.encode(self.content))


def read(data: str) -> Batch:
    """From the text that the function is called with; raises `ValueError`."""
    return msgspec.json.decode(gzip.decompress(base64.b64decode(data)), type=Batch)


def documents(batch: Batch) -> Iterator[Document]:
    """One for each event, in their order."""
    if batch.message_type != "DATA_MESSAGE":
        return
    for event in batch.log_events:
        at = datetime.fromtimestamp(event.timestamp / 1000, UTC)
        content: dict[str, Any] = {
            "@timestamp": at.isoformat(timespec="milliseconds"),
            "group": batch.log_group,
            "stream": batch.log_stream,
            "message": event.message,
        }
        fields = _object(event.message)
        if fields:
            content["fields"] = fields
            content["level"] = str(fields.get("level", ""))
        yield Document(f"logs-{at:%Y.%m.%d}", event.id, content)


def requests(found: Iterable[Document]) -> Iterator[list[Document]]:
    """As many together as one request takes."""
    together: list[Document] = []
    size = 0
    for document in found:
        together.append(document)
        size += len(document.lines())
        if size > MOST_BYTES:
            yield together
            together, size = [], 0
    if together:
        yield together


def _object(text: str) -> dict[str, Any]:
    """What the text says as JSON; nothing where it is none, or no object."""
    if not text.startswith("{"):
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
