"""Plans that are over long ago: what came of them stays, they go."""

import asyncio
import contextlib
import logging
from datetime import timedelta
from functools import partial
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import msgspec
from psycopg.rows import dict_row

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.sites.outcomes import read_outcome
from services.charging.application.ports import UnavailableError

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
"""Plans and surplus; a session's plans count from its end."""
LOOK_EVERY = 3600.0
SESSIONS_AT_ONCE = 50
ROWS_AT_ONCE = 1000
_LOCK = 6_204_733_003
"""One node at a time."""

# By their plans, not by all the sessions that ever were: old plans are few.
_OVER: LiteralString = """
    select distinct session.id from site_plan
    join site_allotment on plan_number = number join session on session.id = session_id
    where made_at < now() - %(kept)s::interval and ended_at < now() - %(kept)s::interval
    limit %(limit)s
"""
# The newest plan of a site stays: the next one goes on from it.
_PLANS: LiteralString = """
    delete from site_plan where number in (
        select number from site_plan as old
        where made_at < now() - %(kept)s::interval
            and number < (select max(number) from site_plan where site_id = old.site_id)
            and not exists (select from site_allotment where plan_number = number)
            and not exists (select from session_profile where accepted_plan = number)
        order by number limit %(limit)s
    )
"""
_SURPLUS: LiteralString = """
    delete from site_surplus where (site_id, begins_at) in (
        select site_id, begins_at from site_surplus
        where begins_at < now() - %(kept)s::interval limit %(limit)s
    )
"""

View = TypeVar("View")


class PlanRetention:
    """One of the tasks of each node; a transaction for each batch, so nobody waits for long."""

    def __init__(self, database: Database, kept: timedelta = KEPT) -> None:
        self._database = database
        self._kept = kept
        self._finish = asyncio.Event()

    async def run(self) -> None:
        """Each hour, until told to finish."""
        while not self._finish.is_set():
            try:
                while not self._finish.is_set() and await self.drop_some():
                    pass
            except UnavailableError as error:
                logger.warning("old plans are kept", extra={"reason": str(error)})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._finish.wait(), LOOK_EVERY)

    def finish(self) -> None:
        """End after the batch in hand."""
        self._finish.set()

    async def drop_some(self) -> bool:
        """A batch of each kind; whether there may be more. Raises `UnavailableError`."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute("select pg_try_advisory_xact_lock(%s)", (_LOCK,))
            if await cursor.fetchone() != (True,):
                return False
            over = {"kept": self._kept, "limit": SESSIONS_AT_ONCE}
            sessions = await (await connection.execute(_OVER, over)).fetchall()
            for (session_id,) in sessions:
                await _settle(connection, session_id)
            old = {"kept": self._kept, "limit": ROWS_AT_ONCE}
            dropped = [
                (await connection.execute(kind, old)).rowcount for kind in (_PLANS, _SURPLUS)
            ]
        return len(sessions) == SESSIONS_AT_ONCE or ROWS_AT_ONCE in dropped


async def _settle(connection: Connection, session_id: UUID) -> None:
    """Keep what came of a session's plans in their place."""
    outcome = await read_outcome(partial(_read, connection), session_id)
    if outcome is not None:
        await connection.execute(
            "insert into session_outcome (session_id, document) values (%s, %s)",
            (session_id, msgspec.json.encode(outcome.outcomes).decode()),
        )
    await connection.execute("delete from site_allotment where session_id = %s", (session_id,))
    await connection.execute("delete from session_profile where session_id = %s", (session_id,))


async def _read(
    connection: Connection, view: type[View], query: LiteralString, parameters: dict[str, Any]
) -> list[View]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return [msgspec.convert(row, view) for row in await cursor.fetchall()]
