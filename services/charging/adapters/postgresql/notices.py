"""What nodes tell each other: LISTEN and NOTIFY of PostgreSQL.

A notice carries no facts, only where to look: one that is missed costs time, nothing else.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.silence import given_up_when_silent

logger = logging.getLogger(__name__)

COMMAND_WAITS = "command_waits"
"""Payload: a station's id."""
COMMAND_OVER = "command_over"
"""Payload: a command's id."""
SUPERSEDED = "connection_superseded"
"""Payload: the newer epoch, a blank, the station's id."""

QUIET = 10.0
"""Seconds without a notice, after which the connection must show that it is alive."""
RECONNECT_AFTER = 0.5


class Notices:
    """Listens on a connection of its own, as long as the node lives."""

    def __init__(
        self,
        conninfo: str,
        *,
        hear: Mapping[str, Callable[[str], None]],
        look_again: Callable[[list[str]], None],
    ) -> None:
        """`look_again` is told, after each new begin, the stations for which commands wait."""
        self._conninfo = conninfo
        self._hear = hear
        self._look_again = look_again

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                logger.warning("hears no other nodes", extra={"reason": str(error)})
                await asyncio.sleep(RECONNECT_AFTER)

    async def _listen(self) -> None:
        async with await AsyncConnection.connect(
            self._conninfo, autocommit=True, application_name="charging notices"
        ) as connection:
            with given_up_when_silent(connection):
                await self._listen_on(connection)

    async def _listen_on(self, connection: AsyncConnection[TupleRow]) -> None:
        for channel in self._hear:
            await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
        cursor = await connection.execute(
            """
            select distinct station_id from command
            where over_at is null and state = 'pending'
            """
        )
        self._look_again([station_id for (station_id,) in await cursor.fetchall()])
        while True:
            async for notice in connection.notifies(timeout=QUIET):
                self._hear[notice.channel](notice.payload)
            await connection.execute("select 1")
