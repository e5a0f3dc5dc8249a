"""The ledger in PostgreSQL: starts and stops of many stations are committed together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.entries import keep
from services.charging.adapters.postgresql.known import read_known
from services.charging.application.ports import Decide, Posting, Said, UnavailableError


@dataclass(slots=True)
class _Request:
    said: Said
    decide: Decide
    posting: Posting | None = None


class PostgresLedger:
    """A group takes as many round trips as one: read, write."""

    def __init__(self, database: Database, *, events_committed: Callable[[], None]) -> None:
        self._database = database
        self._events_committed = events_committed
        self._group: CommitGroup[_Request] = CommitGroup(
            self._write, subject=lambda request: request.said.station_id
        )

    async def post(self, said: Said, decide: Decide) -> Posting:
        """Return when the group is committed."""
        request = _Request(said, decide)
        await self._group.add(request)
        if request.posting is None:
            raise UnavailableError(f"station {said.station_id} is not known any more")
        return request.posting

    async def _write(self, requests: Sequence[_Request]) -> None:
        async with self._database.pipeline() as connection:
            known = await read_known(connection, [request.said for request in requests])
            for request in requests:
                if facts := known.get(request.said.station_id):
                    request.posting = request.decide(facts)
            postings = [request.posting for request in requests if request.posting]
            await keep(connection, postings)
        if any(posting.events for posting in postings):
            self._events_committed()
