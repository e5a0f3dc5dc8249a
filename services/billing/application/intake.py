"""From a queue's messages to charging records: each session once, nothing dropped."""

from collections.abc import Sequence

import msgspec

from contracts.events import SessionEndedEvent, decode
from services.billing.application.ports import Ledger, Quarantined, ReceivedRecord
from services.billing.domain.charging_record import ChargingRecord, UnusableRecordError


class SessionIntake:
    """Takes session events, at least once and in any order."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.committed = 0
        """Sessions since the start; one that came twice counts twice."""
        self.set_aside = 0
        """Messages and sessions since the start that went into the quarantine."""

    async def take(self, bodies: Sequence[str]) -> None:
        """Commit what the messages say; when this returns, they may be deleted from the queue.

        Events of a session's start are passed over: billing needs the end only.
        """
        received: list[ReceivedRecord] = []
        set_aside: list[Quarantined] = []
        for body in bodies:
            try:
                event = decode(body)
                if isinstance(event, SessionEndedEvent):
                    received.append(_received(event, body))
            except (msgspec.DecodeError, UnusableRecordError) as error:
                set_aside.append(Quarantined(body, str(error).replace("\0", "�")))
        if not received and not set_aside:
            return
        async with self._ledger.transaction() as transaction:
            set_aside += [
                Quarantined(
                    other.body,
                    f"session {other.record.session_id} or event {other.event_id}"
                    " is recorded with different content",
                )
                for other in await transaction.charging_records.add(received)
            ]
            await transaction.quarantine.add(set_aside)
        self.committed += len(received)
        self.set_aside += len(set_aside)


def _received(event: SessionEndedEvent, body: str) -> ReceivedRecord:
    if not event.id or "\0" in event.id or len(event.id) > 255:
        raise UnusableRecordError(f"id: {event.id!r} is empty, too long or no text")
    return ReceivedRecord(event.id, ChargingRecord.of(event.data), body)
