"""The ledger in PostgreSQL: starts and stops of many stations are committed together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from contracts.tracing.spans import note, traceparent
from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.entries import keep
from services.charging.adapters.postgresql.known import read_known
from services.charging.application.ports import Decide, Posting, Said, UnavailableError
from services.charging.domain.ledger import Known

MOST_WRITES = 3
"""At a time, as most of what a group takes is waiting, for the database and for the event loop.
Each locks its stations, up to 500: four nodes may, within the 6,400 locks of a small PostgreSQL."""


@dataclass(slots=True)
class _Request:
    said: Said
    decide: Decide
    traceparent: str | None
    posting: Posting | None = None

    def decided(self, known: Known) -> Posting:
        """With the trace that consumers of its events are to go on with."""
        posting = self.decide(known)
        if self.traceparent is None:
            return posting
        events = [
            msgspec.structs.replace(event, traceparent=self.traceparent) for event in posting.events
        ]
        return replace(posting, events=events)


class PostgresLedger:
    """A group takes as many round trips as one: read, write."""

    def __init__(self, database: Database, *, events_committed: Callable[[], None]) -> None:
        self._database = database
        self._events_committed = events_committed
        self._group: CommitGroup[_Request] = CommitGroup(
            self._write,
            subject=lambda request: request.said.station_id,
            most_writes=MOST_WRITES,
        )

    async def post(self, said: Said, decide: Decide) -> Posting:
        """Return when the group is committed."""
        request = _Request(said, decide, traceparent())
        await self._group.add(request)
        if request.posting is None:
            raise UnavailableError(f"station {said.station_id} is not known any more")
        if (session := request.posting.entry.session) is not None:
            note(session_id=str(session.id), transaction_id=session.transaction_id)
        return request.posting

    async def _write(self, requests: Sequence[_Request]) -> None:
        async with self._database.pipeline() as connection:
            known = await read_known(connection, [request.said for request in requests])
            for request in requests:
                if facts := known.get(request.said.station_id):
                    request.posting = request.decided(facts)
            postings = [request.posting for request in requests if request.posting]
            await keep(connection, postings)
        if any(posting.events for posting in postings):
            self._events_committed()
