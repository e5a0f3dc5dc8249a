"""Sites and stations in PostgreSQL."""

from collections.abc import Sequence

from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import TakenError
from services.charging.domain.stations import Site, Station


class PostgresStations:
    """All sites and stations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_site(self, company_id: str, site: Site) -> bool:
        """Keep a company's site as it is given; True when it is new. Raises `TakenError`."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                insert into site (id, name, kind, time_zone, company_id)
                values (%s, %s, %s, %s, %s)
                on conflict (id) do update set name = excluded.name, kind = excluded.kind,
                    time_zone = excluded.time_zone
                    where site.company_id = excluded.company_id
                returning xmax = 0
                """,
                (site.id, site.name, site.kind.value, site.time_zone, company_id),
            )
            row = await cursor.fetchone()
        if row is None:
            raise TakenError(f"another company has the site {site.id}")
        return bool(row[0])

    async def put(self, company_id: str, stations: Sequence[Station]) -> int:
        """Keep these stations of a company, all or none of them; how many are new.

        Raises `TakenError`, and `NotStorableError` when one's site is not the company's.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                insert into station (company_id, id, site_id, connectors, key_salt, key_digest)
                select %s::text, *
                from unnest(%s::text[], %s::text[], %s::integer[], %s::bytea[], %s::bytea[])
                on conflict (id) do update set site_id = excluded.site_id,
                    connectors = excluded.connectors, key_salt = excluded.key_salt,
                    key_digest = excluded.key_digest
                    where station.company_id = excluded.company_id
                returning station.id, xmax = 0
                """,
                (
                    company_id,
                    [station.id for station in stations],
                    [station.site_id for station in stations],
                    [station.connectors for station in stations],
                    [station.key.salt for station in stations],
                    [station.key.digest for station in stations],
                ),
            )
            is_new = dict(await cursor.fetchall())
            for station in stations:
                if station.id not in is_new:
                    raise TakenError(f"another company has the station {station.id}")
            return sum(is_new.values())
