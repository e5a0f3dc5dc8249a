"""What is over long ago goes, some at a time: nobody waits for long, and one node is at it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import LiteralString

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.application.ports import NotStorableError, UnavailableError

logger = logging.getLogger(__name__)

LOOK_EVERY = 3600.0
ROWS_AT_ONCE = 1000
_LOCK = 6_204_733_003
"""One node at a time."""

# Those that stations made up have no session, and no end but their age.
READINGS: LiteralString = """
    delete from meter_reading where ctid = any(array(
        select ctid from meter_reading where received_at < now() - %(kept)s::interval
        order by received_at limit %(limit)s
    ))
"""
# Those of a campaign stay with it.
COMMANDS: LiteralString = """
    delete from command where id in (
        select id from command where over_at < now() - %(kept)s::interval
            and not exists (select from campaign_task where command_id = id)
        order by over_at limit %(limit)s
    )
"""
# Few: no index of their ages is needed.
RESERVATIONS: LiteralString = """
    delete from reservation where id in (
        select id from reservation where over_at < now() - %(kept)s::interval
        order by over_at limit %(limit)s
    )
"""
# Ids follow the time: no index of it is needed.
NOTIFICATIONS: LiteralString = """
    delete from notification where received_at < now() - %(kept)s::interval
        and id in (select id from notification order by id limit %(limit)s)
"""
QUARANTINE: LiteralString = """
    delete from quarantine where received_at < now() - %(kept)s::interval
        and id in (select id from quarantine order by id limit %(limit)s)
"""
QUARANTINE_DAYS: LiteralString = """
    delete from quarantine_day where (station_id, day) in (
        select station_id, day from quarantine_day where day < now() - %(kept)s::interval
        limit %(limit)s
    )
"""
# In their order: what is left has no gap.
CHANGES: LiteralString = """
    delete from change where at < now() - %(kept)s::interval
        and id in (select id from change order by transaction, id limit %(limit)s)
"""
# Of days that nobody made a partition for in time.
MESSAGES: LiteralString = """
    delete from message_default where at < now() - %(kept)s::interval
        and id in (select id from message_default order by id limit %(limit)s)
"""

Drop = Callable[[Connection], Awaitable[bool]]
"""Drops some, within a transaction; whether there may be more."""


def old(rows: LiteralString, kept: timedelta) -> Drop:
    """Rows of a kind, when they are kept for so long."""

    async def drop(connection: Connection) -> bool:
        wanted = {"kept": kept, "limit": ROWS_AT_ONCE}
        return (await connection.execute(rows, wanted)).rowcount == ROWS_AT_ONCE

    return drop


class Retention:
    """One of the tasks of each node; a transaction for each batch."""

    def __init__(self, database: Database, *drops: Drop) -> None:
        self._database = database
        self._drops = drops
        self._finish = asyncio.Event()

    async def run(self) -> None:
        """Each hour, until told to finish."""
        while not self._finish.is_set():
            try:
                while not self._finish.is_set() and await self.drop_some():
                    pass
            except (UnavailableError, NotStorableError) as error:
                logger.warning("what is old is kept", extra={"reason": str(error)})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._finish.wait(), LOOK_EVERY)

    def finish(self) -> None:
        """End after the batch in hand."""
        self._finish.set()

    async def drop_some(self) -> bool:
        """A batch of each kind; whether there may be more. Raises `UnavailableError`."""
        return any([await self._drop(drop) for drop in self._drops])

    async def _drop(self, drop: Drop) -> bool:
        async with self._database.transaction() as connection:
            cursor = await connection.execute("select pg_try_advisory_xact_lock(%s)", (_LOCK,))
            return await cursor.fetchone() == (True,) and await drop(connection)
