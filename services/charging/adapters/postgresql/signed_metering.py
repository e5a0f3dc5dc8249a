"""Keys of meters and proofs of sessions, in the caller's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.adapters.postgresql.signed_values import OF_ANOTHER
from services.charging.application.scope import Scope
from services.charging.application.signed_metering import KeptKey, KeptValue, Proof
from services.charging.domain.signed_metering.evidence import SignedValues, judge
from services.charging.domain.signed_metering.meter_key import MeterKey

_STATION: LiteralString = """
    select id as station_id, null::bigint as energy_wh from station where id = %(id)s
"""
_KEYS: LiteralString = """
    select version, public_key, added_at from meter_key where station_id = %(id)s
    order by version desc
"""
_SESSION: LiteralString = "select station_id, energy_wh from session where id = %(id)s"
_SELECT: LiteralString = "select received, told.received_at, "
_OF_SESSION: LiteralString = """
    from signed_value as told join session on session.station_id = told.station_id
        and coalesce(station_transaction_id, transaction_id::text) = transaction
    where session.id = %(id)s order by told.id
"""
_VALUES: LiteralString = _SELECT + OF_ANOTHER + _OF_SESSION


@dataclass(frozen=True, slots=True)
class _Place:
    station_id: str
    energy_wh: int | None


class PostgresSignedMetering:
    """See `services.charging.application.signed_metering.SignedMetering`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def add_key(self, scope: Scope, station_id: str, public_key: str) -> None:
        """Keep a further key, once."""
        async with self._database.transaction() as connection:
            # The lock of the station's row orders keys that come at the same time.
            await connection.execute(
                "select 1 from station where id = %s and company_id = %s for no key update",
                (station_id, scope.company_id),
            )
            await connection.execute(
                """
                insert into meter_key (station_id, version, public_key)
                select station.id, 1 + coalesce(
                    (select max(version) from meter_key where station_id = station.id), 0
                ), %(key)s
                from station where id = %(station)s and company_id = %(company)s
                    and not exists (
                        select 1 from meter_key
                        where station_id = station.id and public_key = %(key)s
                    )
                """,
                {"station": station_id, "company": scope.company_id, "key": public_key},
            )

    async def keys(self, scope: Scope, station_id: str) -> Sequence[KeptKey] | None:
        """The newest first."""
        if not await self._reader.read(scope, _Place, _STATION, {"id": station_id}):
            return None
        return await self._reader.read(scope, KeptKey, _KEYS, {"id": station_id})

    async def proof(self, scope: Scope, session_id: UUID) -> Proof | None:
        """Judged anew."""
        for place in await self._reader.read(scope, _Place, _SESSION, {"id": session_id}):
            values = await self._reader.read(scope, KeptValue, _VALUES, {"id": session_id})
            kept = await self.keys(scope, place.station_id) or []
            signed = SignedValues(
                [value.received for value in values],
                [MeterKey.of(k.public_key) for k in kept],
                next((value.of_another for value in values if value.of_another), None),
            )
            judgement = None if place.energy_wh is None else judge(signed, place.energy_wh)
            return Proof(place.station_id, values, judgement)
        return None
