"""Sites and stations in PostgreSQL, with what stations tell of themselves."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.charging.adapters.postgresql.database import Database
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.status_notification import StatusNotification
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

    async def booted(self, station_id: str, boot: BootNotification, at: datetime) -> None:
        """Keep the latest boot."""
        async with self._database.statement() as connection:
            await connection.execute(
                "update station set boot = %s, booted_at = %s where id = %s",
                (msgspec.json.encode(boot).decode(), at, station_id),
            )

    async def status(self, station_id: str, status: StatusNotification, at: datetime) -> None:
        """Keep the latest state of a connector."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into connector_status (station_id, connector_id, status, error_code, info,
                    vendor_error_code, reported_at)
                values (%s, %s, %s, %s, %s, %s, %s)
                on conflict (station_id, connector_id) do update set status = excluded.status,
                    error_code = excluded.error_code, info = excluded.info,
                    vendor_error_code = excluded.vendor_error_code,
                    reported_at = excluded.reported_at
                """,
                (
                    station_id,
                    status.connector_id,
                    status.status,
                    status.error_code,
                    status.info,
                    status.vendor_error_code,
                    at,
                ),
            )
