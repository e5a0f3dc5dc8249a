"""Caches of stations that may hold a blocked token, found in PostgreSQL."""

from collections.abc import Sequence
from typing import LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.application.token_caches import NOT_AGAIN_WITHIN, DoubtfulCache
from services.charging.domain.tokens import CACHED_FOR
from services.charging.domain.versions import version

# A station that said no has no cache, or holds nothing against it; one that said nothing is told
# again after a while. So is one that was told for another token of the same company, and no sooner:
# any company's may be let in at public stations, and a cache that is cleared all day is none.
_TO_CLEAR: LiteralString = """
    with blocked as (
        select company_id, max(blocked_at) as at from token
        where blocked_at > now() - %(cached_for)s group by company_id
    ), doubtful as (
        select station.id, ocpp_version, max(blocked.at) as since,
            array_agg(blocked.company_id) as companies
        from blocked
        join station on station.company_id = blocked.company_id
            or exists (select from site where site.id = site_id and kind = 'public')
        join live_connection on live_connection.station_id = station.id
        left join cache_clearing on cache_clearing.station_id = station.id
            and cache_clearing.company_id = blocked.company_id
        where heard_registration is distinct from 'rejected'
            and coalesce(told_at, '-infinity') < now() - %(not_again)s
            and not exists (
                select from command
                where command.station_id = station.id and action = 'ClearCache'
                    and asked_at >= blocked.at
                    and (over_at is null or state in ('answered', 'refused'))
            )
        group by station.id, ocpp_version limit %(most)s
    )
    select id, ocpp_version, companies, since, (
        select count(*) from command
        where command.station_id = doubtful.id and action = 'ClearCache' and asked_at >= since
    ) from doubtful
"""


class PostgresTokenCaches:
    """See `services.charging.application.token_caches.DoubtfulCaches`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def to_clear(self, most: int) -> Sequence[DoubtfulCache]:
        """At once a query of nothing, when nobody was blocked of late."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                _TO_CLEAR, {"cached_for": CACHED_FOR, "most": most, "not_again": NOT_AGAIN_WITHIN}
            )
            return [
                DoubtfulCache(name, version(spoken), companies, f"{since.isoformat()} {tried}")
                for name, spoken, companies, since, tried in await cursor.fetchall()
            ]

    async def told(self, caches: Sequence[DoubtfulCache]) -> None:
        """From now on their companies' next news wait."""
        pairs = [(cache.station_id, company) for cache in caches for company in cache.companies]
        if not pairs:
            return
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into cache_clearing (station_id, company_id, told_at)
                select station_id, company_id, now()
                from unnest(%s::text[], %s::text[]) as told (station_id, company_id)
                order by station_id, company_id
                on conflict (station_id, company_id) do update set told_at = excluded.told_at
                """,
                [list(column) for column in zip(*pairs, strict=True)],
            )
