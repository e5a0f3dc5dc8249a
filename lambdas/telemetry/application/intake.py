"""Taking documents in: each ends up stored, or in quarantine, or was there already."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from lambdas.telemetry.domain.status import (
    StatusDocument,
    UnreadableDocumentError,
    read_document,
)

Identity = tuple[str, datetime, str]


class Result(StrEnum):
    """What became of one document."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer for one document."""

    result: Result
    reason: str | None = None
    """Why it is in quarantine."""


class StatusTable(Protocol):
    """Where charts and the latest state come from."""

    def known(self, documents: Collection[StatusDocument]) -> set[Identity]:
        """Which of these are stored already."""

    def store(self, documents: Collection[StatusDocument], received_at: datetime) -> None:
        """Store; a document that is there already stays as it is."""

    def quarantine(self, text: str, reason: str, received_at: datetime) -> None:
        """Keep a document that cannot be read."""


class DeviceLog(Protocol):
    """Each device's own log of raw documents."""

    def append(
        self, device_id: str, documents: Sequence[StatusDocument], received_at: datetime
    ) -> None:
        """Append; returns when the log has taken every one."""


class Intake:
    """Log first, table second: what the table knows is certainly in the log.

    So a redelivery is recognised by the table alone and writes nothing. One whose first delivery
    broke off between the two is logged twice and stored once: never lost.
    """

    def __init__(self, table: StatusTable, log: DeviceLog, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._log = log
        self._clock = clock

    def take(self, texts: Sequence[str]) -> list[Outcome]:
        """Take documents in and return when all of them are durable; one outcome for each."""
        received_at = self._clock()
        read = [self._read(text, received_at) for text in texts]
        documents = {d.identity: d for d in read if isinstance(d, StatusDocument)}
        known = self._table.known(documents.values()) if documents else set()
        fresh = {identity: d for identity, d in documents.items() if identity not in known}
        by_device: dict[str, list[StatusDocument]] = {}
        for document in fresh.values():
            by_device.setdefault(document.device_id, []).append(document)
        for device_id, own in by_device.items():
            self._log.append(device_id, own, received_at)
        if fresh:
            self._table.store(fresh.values(), received_at)
        outcomes = []
        for item in read:
            if isinstance(item, Outcome):
                outcomes.append(item)
            elif fresh.pop(item.identity, None) is not None:
                outcomes.append(Outcome(Result.STORED))
            else:
                outcomes.append(Outcome(Result.DUPLICATE))
        return outcomes

    def _read(self, text: str, received_at: datetime) -> StatusDocument | Outcome:
        try:
            return read_document(text, received_at=received_at)
        except UnreadableDocumentError as error:
            self._table.quarantine(text, str(error), received_at)
            return Outcome(Result.QUARANTINED, str(error))
