"""A PostgreSQL that hangs while its host goes on: what it was sent is received, and never answered.

TCP asks its host, which is well. So whoever waits for an answer asks the clock.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool
from psycopg_pool.abc import ACT

logger = logging.getLogger(__name__)

LONGEST = 15.0
"""Seconds for which a statement may be under way: a station hears that it must repeat before it
gives up by itself, and a queue keeps its message. Between statements a transaction may wait for
others."""
_LOOKS = 3


class Silence:
    """Of a server, while it is waited for."""

    was_long = False
    """Its connection was given up."""

    def __init__(self, connection: AsyncConnection[Any], longest: float) -> None:
        self._connection = connection
        self._longest = longest
        self._looks = 0
        self._look_later()

    def end(self) -> None:
        """Nobody waits any more."""
        self._timer.cancel()

    def _look_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._longest / _LOOKS, self._look)

    def _look(self) -> None:
        is_waiting = self._connection.info.transaction_status is TransactionStatus.ACTIVE
        self._looks = self._looks + 1 if is_waiting else 0
        if self._looks < _LOOKS:
            self._look_later()
        elif not self._connection.closed:
            logger.warning("the database is silent", extra={"seconds": self._longest})
            self.was_long = True
            self._hang_up()

    def _hang_up(self) -> None:
        """To cancel the statement would be to wait for the server again."""
        duplicate = os.dup(self._connection.fileno())
        with contextlib.suppress(OSError), socket.socket(fileno=duplicate) as line:
            line.shutdown(socket.SHUT_RDWR)


@contextmanager
def given_up_when_silent(connection: AsyncConnection[Any]) -> Iterator[None]:
    """Within, the connection is lost (`psycopg.OperationalError`) when the server is silent."""
    silence = Silence(connection, LONGEST)
    try:
        yield
    finally:
        silence.end()


class AttentivePool(AsyncConnectionPool[ACT]):
    """Gives a connection up when the server is silent; as all may be then, the next are new."""

    def __init__(self, *args: Any, granted: float = 0, **options: Any) -> None:
        """`granted`: seconds after which the server itself gives a statement up."""
        super().__init__(*args, **options)
        self._granted = granted

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[ACT]:  # noqa: ASYNC109 — the pool's
        """For as long as the server answers, until all is committed."""
        silence: Silence | None = None
        try:
            async with super().connection(timeout) as connection:
                silence = Silence(connection, LONGEST + self._granted)
                yield connection
        finally:
            if silence is not None:
                silence.end()
                if silence.was_long:
                    await self.drain()

    @staticmethod
    async def check_connection(conn: ACT) -> None:
        """See `AsyncConnectionPool.check_connection`; one that is silent is none."""
        with given_up_when_silent(conn):
            await AsyncConnectionPool.check_connection(conn)
