"""What stations must show, and the keys that they are to have next."""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.preconditions import WHATEVER_IS_THERE, Precondition
from services.charging.application.scope import Scope
from services.charging.domain.admission import SecurityProfile
from services.charging.domain.stations import StationKey


@dataclass(frozen=True, slots=True)
class _Profile:
    security_profile: int


class PostgresStationSecurity:
    """See `services.charging.application.key_rotation.NextKeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

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

    async def set_profile(
        self,
        scope: Scope,
        station_id: str,
        profile: SecurityProfile,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> bool:
        """What the station must show from its next connection on; False: no such station."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select security_profile from station where id = %s and company_id = %s
                for no key update
                """,
                (station_id, scope.company_id),
            )
            row = await cursor.fetchone()
            if row is None:
                return False
            precondition.check(row[0])
            await connection.execute(
                "update station set security_profile = %s where id = %s",
                (profile.value, station_id),
            )
        return True

    async def profile(self, scope: Scope, station_id: str) -> SecurityProfile | None:
        """What the station must show; None: no such station."""
        query: LiteralString = "select security_profile from station where id = %(station)s"
        found = await self._reader.read(scope, _Profile, query, {"station": station_id})
        return SecurityProfile(found[0].security_profile) if found else None
