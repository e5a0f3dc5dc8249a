"""Sites as callers see them, read from PostgreSQL."""

from typing import LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.scope import Scope
from services.charging.application.site_views import SiteView
from services.charging.domain.stations import SiteKind

_VIEW: LiteralString = """
    select id, version, name, kind, time_zone,
        (select count(*) from station where station.site_id = site.id) as stations
    from site
"""


class PostgresSiteViews:
    """Each is one query."""

    def __init__(self, database: Database) -> None:
        self._reader = ScopedReader(database)

    async def sites(
        self, scope: Scope, *, kind: SiteKind | None, after: str, limit: int
    ) -> list[SiteView]:
        """In the order of their ids."""
        query = (
            _VIEW
            + """
            where id > %(after)s and (%(kind)s::text is null or kind = %(kind)s)
            order by id limit %(limit)s
        """
        )
        parameters = {"kind": kind, "after": after, "limit": limit}
        return await self._reader.read(scope, SiteView, query, parameters)

    async def site(self, scope: Scope, site_id: str) -> SiteView | None:
        """One site."""
        found = await self._reader.read(
            scope, SiteView, _VIEW + "where id = %(id)s", {"id": site_id}
        )
        return found[0] if found else None
