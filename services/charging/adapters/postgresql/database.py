"""The charging database: connections, and what its errors mean to the application."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import SQLAlchemyError

from contracts.migrations import migrate
from contracts.postgresql import PATIENCE
from contracts.silence import AttentivePool
from contracts.tracing.spans import step
from services.charging.application.ports import (
    NotStorableError,
    TooSlowError,
    UnavailableError,
)

logger = logging.getLogger(__name__)

Connection = AsyncConnection[TupleRow]

MIGRATIONS = Path(__file__).with_name("migrations")
WAIT_FOR_CONNECTION = 3.0
"""Seconds; a station should hear that it must repeat before it gives up by itself."""


def conninfo(*, host: str, port: int, name: str, username: str, password: str) -> str:
    """How to connect; by TLS unless `host` is the folder of a socket."""
    return make_conninfo(
        host=host,
        port=port,
        dbname=name,
        user=username,
        password=password,
        sslmode="disable" if host.startswith("/") else "require",
        application_name="charging",
        **PATIENCE,
    )


_UNAVAILABLE = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    PoolTimeout,
)
"""Internal to PostgreSQL are a node that only reads, as after a failover, and a transaction that it
ended."""


class Database:
    """A pool of connections that heals by itself."""

    def __init__(
        self, conninfo: str, *, connections: int = 10, seconds_a_statement: int | None = None
    ) -> None:
        """`seconds_a_statement`: how long each may take at most; None: as long as it takes."""
        self._conninfo = conninfo
        self._seconds_a_statement = seconds_a_statement
        self._migrated = False
        self._asking: asyncio.Task[str | None] | None = None
        options = ""
        if seconds_a_statement:
            # What people leave open in a search is null: one plan for all would use no index.
            options = f"-c statement_timeout={seconds_a_statement}s "
            options += "-c plan_cache_mode=force_custom_plan"
        self._pool: AttentivePool[Connection] = AttentivePool(
            conninfo,
            min_size=2,
            max_size=connections,
            open=False,
            timeout=WAIT_FOR_CONNECTION,
            reconnect_timeout=5,
            # Stations repeat what was not kept. People do not: what broke is found before.
            check=AttentivePool.check_connection if seconds_a_statement else None,
            granted=seconds_a_statement or 0,
            kwargs={"autocommit": True, "prepare_threshold": 1, "options": options},
        )

    async def open(self) -> None:
        """Start connecting; returns at once."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close(timeout=5)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Commits when left without an error; raises what `statement` raises."""
        async with self.statement() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def pipeline(self) -> AsyncIterator[Connection]:
        """A transaction as well, whose statements do not wait for each other's answers.

        Nor do its begin and commit: whoever waits for an answer waits for turns of the event loop
        too, which take long when thousands of stations talk.
        """
        async with self.statement() as connection:
            try:
                async with connection.pipeline():
                    await connection.execute("begin")
                    yield connection
                    await connection.execute("commit")
            except BaseException:
                if not connection.closed:
                    await connection.rollback()
                raise

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """For a single statement, which is a transaction by itself.

        Raises `UnavailableError` when it cannot be known to be committed, `TooSlowError` when it
        was not within its time, and `NotStorableError` when a value is not for this database.
        """
        try:
            with step("PostgreSQL"):
                async with self._pool.connection() as connection, _dropped(connection):
                    yield connection
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            raise NotStorableError(_what_is_wrong(error)) from error
        except psycopg.errors.QueryCanceled as error:
            logger.warning("a statement took too long", extra={"reason": str(error)})
            raise TooSlowError(
                f"it takes more than {self._seconds_a_statement} s: ask for less at once"
            ) from error
        except _UNAVAILABLE as error:
            logger.warning("database unavailable", extra={"reason": str(error)})
            raise UnavailableError(str(error)) from error

    async def migrate(self) -> None:
        """Bring the schema up to date; raises `UnavailableError`."""
        try:
            await asyncio.to_thread(migrate, self._conninfo, MIGRATIONS)
        except (SQLAlchemyError, psycopg.Error) as error:
            raise UnavailableError(str(error)) from error
        self._migrated = True

    async def check_migrated(self) -> None:
        """Raise `UnavailableError` unless the database is up to date and answers."""
        if not self._migrated:
            raise UnavailableError("the database is not known to be up to date yet")
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        # Whoever asks is answered in time; the question itself ends when the silence is too long.
        await asyncio.wait({self._asking}, timeout=WAIT_FOR_CONNECTION)
        reason = self._asking.result() if self._asking.done() else "is silent"
        if reason is not None:
            raise UnavailableError(f"the database: {reason}")

    async def _ask(self) -> str | None:
        """What is wrong."""
        try:
            async with self.statement() as connection:
                await connection.execute("select 1")
        except UnavailableError as error:
            return str(error)
        return None


def _what_is_wrong(error: psycopg.Error) -> str:
    """In words that name no table."""
    said = error.diag.message_detail or error.diag.message_primary or str(error)
    if named := re.match(r"Key \((\w+).*?\)=\((.*?)[,)].* is not present", said):
        return f"{named[1]}: there is no {named[2]}"
    return "a text has the character NUL, which cannot be kept" if "(0x00)" in said else said


@asynccontextmanager
async def _dropped(connection: Connection) -> AsyncIterator[None]:
    """A connection to a node that only reads stays so: the next leads to the one that writes."""
    try:
        yield
    except psycopg.InternalError:
        await connection.close()
        raise
