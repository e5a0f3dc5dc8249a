"""Signed values and the keys of meters, byte for byte and as given."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import LiteralString, Self

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.domain.sessions import Stop
from services.charging.domain.signed_metering.evidence import SignedValues
from services.charging.domain.signed_metering.meter_key import MeterKey
from services.charging.domain.signed_metering.ocmf import signed_part
from services.charging.domain.stop_assignment import Assignment
from services.charging.domain.transactions import TransactionReport

OF_ANOTHER: LiteralString = """
    (
        select transaction from signed_value as earlier
        where earlier.station_id = told.station_id and earlier.id < told.id
            and coalesce(earlier.signed_digest, sha256(earlier.received))
                = coalesce(told.signed_digest, sha256(told.received))
            and earlier.transaction <> told.transaction
        limit 1
    ) as of_another
"""
"""The earlier transaction of its station that told the same record, in whatever words: an elliptic
signature has two forms, and white space and the case of hex digits are not signed."""
_SELECT: LiteralString = "select station_id, received, "
_TOLD: LiteralString = """
    from signed_value as told
    join unnest(%s::text[], %s::text[]) as said (station_id, transaction)
        using (station_id, transaction)
    order by id
"""
_SIGNED: LiteralString = _SELECT + OF_ANOTHER + _TOLD
_KEYS: LiteralString = """
    select station_id, public_key from meter_key where station_id = any(%s)
    order by version desc
"""


class PostgresSignedRecords:
    """What meters signed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, station_id: str, transaction: str, records: Sequence[bytes], at: datetime
    ) -> None:
        """Return when they are kept; a repeated message adds nothing."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into signed_value
                    (station_id, transaction, received, received_at, signed_digest)
                select %s, %s, received, %s, digest
                from unnest(%s::bytea[], %s::bytea[]) with ordinality
                    as record (received, digest, place)
                order by place
                on conflict do nothing
                """,
                (
                    station_id,
                    transaction,
                    at,
                    list(records),
                    [sha256(signed_part(record)).digest() for record in records],
                ),
            )


@dataclass(frozen=True, slots=True)
class AskedOfSignedValues:
    """Questions on their way to the database."""

    signed: AsyncCursor[TupleRow]
    keys: AsyncCursor[TupleRow]

    @classmethod
    async def ask(
        cls,
        connection: Connection,
        stops: Sequence[Stop],
        reports: Sequence[TransactionReport],
        assignments: Sequence[Assignment],
    ) -> Self:
        """What was signed in these transactions; in a pipeline this awaits nothing.

        A stop without an id of ours may be of any: nothing is known to be signed in it.
        """
        named = [
            (one.station_id, str(one.transaction_id)) for one in stops if one.transaction_id > 0
        ]
        named += [(one.station_id, one.station_transaction_id) for one in reports]
        named += [(one.station_id, one.transaction) for one in assignments if one.transaction]
        stations = [station_id for station_id, _ in named]
        return cls(
            await connection.execute(_SIGNED, (stations, [name for _, name in named])),
            await connection.execute(_KEYS, (stations,)),
        )

    async def answers(self) -> Mapping[str, SignedValues]:
        """By station."""
        records: dict[str, list[bytes]] = defaultdict(list)
        of_another: dict[str, str] = {}
        for station_id, received, transaction in await self.signed.fetchall():
            records[station_id].append(received)
            if transaction is not None:
                of_another.setdefault(station_id, transaction)
        keys: dict[str, list[MeterKey]] = defaultdict(list)
        for station_id, public_key in await self.keys.fetchall():
            keys[station_id].append(MeterKey.of(public_key))
        return {
            station_id: SignedValues(own, keys[station_id], of_another.get(station_id))
            for station_id, own in records.items()
        }
