"""The ledger: one PostgreSQL transaction over sessions, quarantine and outbox."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from contracts import events
from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.quarantine import add_records
from services.charging.adapters.postgresql.sessions import PostgresSessions
from services.charging.adapters.postgresql.tokens import find_token
from services.charging.domain.quarantine import QuarantineRecord
from services.charging.domain.tokens import Token


class PostgresOutbox:
    """Events, in the order of the rows' ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.used = False

    async def put(self, event: events.SessionEvent) -> None:
        """Leaves when the transaction is committed."""
        self.used = True
        await self._connection.execute(
            "insert into outbox (event) values (%s)", (events.encode(event).decode(),)
        )


class PostgresTransaction:
    """All of it is kept, or none."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sessions = PostgresSessions(connection)
        self.outbox = PostgresOutbox(connection)

    @property
    def tokens(self) -> "PostgresTransaction":
        """Itself: reads tokens."""
        return self

    @property
    def quarantine(self) -> "PostgresTransaction":
        """Itself: adds records."""
        return self

    async def get(self, uid: str) -> Token | None:
        """The token by its uid."""
        return await find_token(self._connection, uid)

    async def add(self, records: Sequence[QuarantineRecord]) -> None:
        """Add quarantine records."""
        await add_records(self._connection, records)


class PostgresLedger:
    """Opens transactions, and tells when one has left events in the outbox."""

    def __init__(self, database: Database, *, events_committed: Callable[[], None]) -> None:
        self._database = database
        self._events_committed = events_committed

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """Commits when left without an error."""
        async with self._database.transaction() as connection:
            transaction = PostgresTransaction(connection)
            yield transaction
        if transaction.outbox.used:
            self._events_committed()
