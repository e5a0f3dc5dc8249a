"""Sites and stations in PostgreSQL."""

from collections.abc import Sequence

from services.charging.adapters.postgresql.database import Database
from services.charging.domain.stations import Site, Station


class PostgresStations:
    """All sites and stations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_site(self, site: Site) -> bool:
        """Keep a site as it is given; True when it is new."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                insert into site (id, name, kind, time_zone) values (%s, %s, %s, %s)
                on conflict (id) do update set name = excluded.name, kind = excluded.kind,
                    time_zone = excluded.time_zone
                returning xmax = 0
                """,
                (site.id, site.name, site.kind.value, site.time_zone),
            )
            row = await cursor.fetchone()
            return bool(row and row[0])

    async def put(self, stations: Sequence[Station]) -> int:
        """Keep these stations as they are given; how many are new.

        Raises `NotStorableError` when one's site is not known.
        """
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                merge into station using (
                    select * from unnest(%s::text[], %s::text[], %s::integer[], %s::bytea[],
                        %s::bytea[]) as given (id, site_id, connectors, key_salt, key_digest)
                ) as given on station.id = given.id
                when matched then update set site_id = given.site_id,
                    connectors = given.connectors, key_salt = given.key_salt,
                    key_digest = given.key_digest
                when not matched then
                    insert (id, site_id, connectors, key_salt, key_digest)
                    values (given.id, given.site_id, given.connectors, given.key_salt,
                        given.key_digest)
                returning merge_action()
                """,
                (
                    [station.id for station in stations],
                    [station.site_id for station in stations],
                    [station.connectors for station in stations],
                    [station.key.salt for station in stations],
                    [station.key.digest for station in stations],
                ),
            )
            return sum(action == "INSERT" for (action,) in await cursor.fetchall())
