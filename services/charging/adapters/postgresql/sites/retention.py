"""Plans that are over long ago: what came of them stays, they go."""

from datetime import timedelta
from functools import partial
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import msgspec
from psycopg.rows import dict_row

from services.charging.adapters.postgresql.database import Connection
from services.charging.adapters.postgresql.retention import Drop, old
from services.charging.adapters.postgresql.sites.outcomes import read_outcome

SESSIONS_AT_ONCE = 50

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


def old_plans(kept: timedelta) -> Drop:
    """Plans and surplus; a session's plans count from its end."""

    async def drop(connection: Connection) -> bool:
        over = {"kept": kept, "limit": SESSIONS_AT_ONCE}
        sessions = await (await connection.execute(_OVER, over)).fetchall()
        for (session_id,) in sessions:
            await _settle(connection, session_id)
        settled = len(sessions) == SESSIONS_AT_ONCE
        return any([await old(rows, kept)(connection) for rows in (_PLANS, _SURPLUS)]) or settled

    return drop


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
