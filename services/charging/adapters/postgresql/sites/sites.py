"""Sites as operators enter and read them, in their scope."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import LiteralString
from uuid import UUID

import msgspec

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.adapters.postgresql.sites.outcomes import PlanPart, read_outcome
from services.charging.adapters.postgresql.sites.plans import plans_of
from services.charging.application.ports import NotStorableError
from services.charging.application.preconditions import WHATEVER_IS_THERE, Precondition
from services.charging.application.scope import Scope
from services.charging.application.smart_charging.sites import (
    KeptLimits,
    KeptPlan,
    KeptPreferences,
    SessionOutcome,
    SurplusView,
)
from services.charging.domain.smart_charging.limits import SiteLimits
from services.charging.domain.smart_charging.situation import Preferences
from services.charging.domain.smart_charging.surplus import Surplus

_PLAN: LiteralString = """
    select number, bounds, session_id, currents, phases, charging, since
    from site_plan left join site_allotment on plan_number = number
    where number = (
        select max(number) from site_plan where site_id = %(site)s and bounds[1] <= %(at)s
    )
"""


@dataclass(frozen=True, slots=True)
class _Limits:
    version: int
    set_at: datetime
    document: str


@dataclass(frozen=True, slots=True)
class _Preferences:
    site_id: str
    version: int
    document: str


@dataclass(frozen=True, slots=True)
class _Where:
    site_id: str


class PostgresSites:
    """See `services.charging.application.smart_charging.sites.Sites`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def put_limits(
        self,
        scope: Scope,
        site_id: str,
        limits: SiteLimits,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> int | None:
        """Keep a new version; the site is to be planned from now on."""
        async with self._database.transaction() as connection:
            # The lock of the site's row orders versions that come at the same time.
            cursor = await connection.execute(
                "select id from site where id = %s and company_id = %s for no key update",
                (site_id, scope.company_id),
            )
            if await cursor.fetchone() is None:
                return None
            cursor = await connection.execute(
                "select max(version) from site_limits where site_id = %s", (site_id,)
            )
            [stands] = await cursor.fetchone() or [None]
            precondition.check(stands)
            cursor = await connection.execute(
                "select id from station where site_id = %s", (site_id,)
            )
            if strangers := limits.strangers({name for [name] in await cursor.fetchall()}):
                raise NotStorableError("; ".join(strangers))
            version: int = (stands or 0) + 1
            await connection.execute(
                "insert into site_limits (site_id, version, document) values (%s, %s, %s)",
                (site_id, version, msgspec.json.encode(limits).decode()),
            )
            await connection.execute(
                """
                insert into site_planning (site_id, due_at) values (%s, now())
                on conflict (site_id) do update set due_at = now()
                """,
                (site_id,),
            )
            return version

    async def limits(self, scope: Scope, site_id: str) -> KeptLimits | None:
        """The newest version."""
        query: LiteralString = """
            select version, set_at, document::text from site_limits where site_id = %(site)s
            order by version desc limit 1
        """
        for row in await self._reader.read(scope, _Limits, query, {"site": site_id}):
            limits = msgspec.json.decode(row.document, type=SiteLimits)
            return KeptLimits(site_id, row.version, row.set_at, limits)
        return None

    async def put_surplus(self, scope: Scope, site_id: str, figures: Sequence[Surplus]) -> bool:
        """Keep figures; of one moment the last counts."""
        by_moment = {figure.begins_at: figure.watts for figure in figures}
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                with known as (select id from site where id = %s and company_id = %s), kept as (
                    insert into site_surplus (site_id, begins_at, watts)
                    select known.id, begins_at, watts
                    from known, unnest(%s::timestamptz[], %s::integer[])
                        as figure (begins_at, watts) order by begins_at
                    on conflict (site_id, begins_at) do update set watts = excluded.watts,
                        received_at = excluded.received_at
                )
                select id from known
                """,
                (site_id, scope.company_id, list(by_moment), list(by_moment.values())),
            )
            return await cursor.fetchone() is not None

    async def surplus(self, scope: Scope, site_id: str) -> Sequence[SurplusView]:
        """The figures from a day ago on, the latest first."""
        query: LiteralString = """
            select site_id, begins_at, watts as surplus_w, received_at from site_surplus
            where site_id = %(site)s and begins_at > now() - interval '1 day'
            order by begins_at desc
        """
        return await self._reader.read(scope, SurplusView, query, {"site": site_id})

    async def put_preferences(
        self,
        scope: Scope,
        session_id: UUID,
        preferences: Preferences,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> KeptPreferences | None:
        """Keep what a session that goes on wants."""
        visible: LiteralString = "select site_id from session where id = %(session)s"
        if not await self._reader.read(scope, _Where, visible, {"session": session_id}):
            return None
        async with self._database.transaction() as connection:
            # The lock of the session's row orders what several say of it at the same time.
            cursor = await connection.execute(
                """
                select site_id from session where id = %s and ended_at is null for no key update
                """,
                (session_id,),
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            cursor = await connection.execute(
                "select version, document::text from session_preferences where session_id = %s",
                (session_id,),
            )
            stands, document = await cursor.fetchone() or (None, "{}")
            precondition.check(stands)
            version: int = (stands or 0) + 1
            if scope.driver_id is not None:
                said = msgspec.json.decode(document, type=Preferences)
                preferences = replace(preferences, priority=said.priority, phases=said.phases)
            await connection.execute(
                """
                insert into session_preferences (session_id, document, version) values (%s, %s, %s)
                on conflict (session_id) do update set document = excluded.document,
                    version = excluded.version, given_at = now()
                """,
                (session_id, msgspec.json.encode(preferences).decode(), version),
            )
            return KeptPreferences(row[0], version, preferences)

    async def preferences(self, scope: Scope, session_id: UUID) -> KeptPreferences | None:
        """Of any session for which something was said."""
        query: LiteralString = """
            select site_id, session_preferences.version, document::text
            from session_preferences join session on session.id = session_id
            where session_id = %(session)s
        """
        for row in await self._reader.read(scope, _Preferences, query, {"session": session_id}):
            preferences = msgspec.json.decode(row.document, type=Preferences)
            return KeptPreferences(row.site_id, row.version, preferences)
        return None

    async def plan(self, scope: Scope, site_id: str, at: datetime) -> KeptPlan | None:
        """The plan in force at a moment."""
        parts = await self._reader.read(scope, PlanPart, _PLAN, {"site": site_id, "at": at})
        for number, planned in plans_of([part.row() for part in parts]).items():
            return KeptPlan(site_id, number, planned)
        return None

    async def outcome(self, scope: Scope, session_id: UUID) -> SessionOutcome | None:
        """Plans beside the meter."""
        return await read_outcome(partial(self._reader.read, scope), session_id)
