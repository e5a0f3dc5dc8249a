"""What stations must show, and the keys that they are to have next."""

from uuid import UUID

from services.charging.adapters.postgresql.database import Database
from services.charging.application.scope import Scope
from services.charging.domain.admission import SecurityProfile
from services.charging.domain.stations import StationKey


class PostgresStationSecurity:
    """See `services.charging.application.key_rotation.NextKeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, station_id: str, rotation: UUID, key: StationKey) -> None:
        """From now on this one counts, too."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into next_station_key (station_id, rotation, salt, digest)
                values (%s, %s, %s, %s)
                """,
                (station_id, rotation, key.salt, key.digest),
            )

    async def drop(self, station_id: str, rotation: UUID) -> None:
        """Its key does not count any more."""
        async with self._database.statement() as connection:
            await connection.execute(
                "delete from next_station_key where station_id = %s and rotation = %s",
                (station_id, rotation),
            )

    async def adopt(self, station_id: str, key: StationKey) -> None:
        """The station showed a key that was to be its next: now it is the only one."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                with told as (
                    delete from next_station_key where station_id = %s
                    returning station_id, salt, digest
                )
                update station set key_salt = told.salt, key_digest = told.digest
                from told where station.id = told.station_id and told.digest = %s
                """,
                (station_id, key.digest),
            )

    async def set_profile(self, scope: Scope, station_id: str, profile: SecurityProfile) -> bool:
        """What the station must show from its next connection on; False: no such station."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "update station set security_profile = %s where id = %s and company_id = %s",
                (profile.value, station_id, scope.company_id),
            )
            return cursor.rowcount == 1
