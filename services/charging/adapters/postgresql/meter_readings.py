"""Meter readings in PostgreSQL, committed in groups over many stations."""

from collections.abc import Sequence
from typing import LiteralString

import msgspec

from contracts.tracing.spans import note
from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.quarantine import add_records
from services.charging.domain.metering import MeterReading
from services.charging.domain.quarantine import QuarantineRecord

# As one document: an array for each column costs more to write than to read.
_ADD: LiteralString = """
    insert into meter_reading (station_id, connector_id, transaction_id, measured_at,
        register_wh, received, received_at)
    select * from json_to_recordset(%s) as reading (station_id text, connector_id integer,
        transaction_id bigint, measured_at timestamptz, register_wh bigint, received text,
        received_at timestamptz)
    on conflict do nothing
"""

_Entry = tuple[MeterReading, Sequence[QuarantineRecord]]


class PostgresMeterReadings:
    """One statement writes the readings of a group; a repeated one changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: CommitGroup[_Entry] = CommitGroup(self._write)

    async def add(self, reading: MeterReading, oddities: Sequence[QuarantineRecord]) -> None:
        """Return when the group is committed."""
        if reading.transaction_id is not None:
            note(transaction_id=reading.transaction_id)
        await self._group.add((reading, oddities))

    async def _write(self, entries: Sequence[_Entry]) -> None:
        readings = msgspec.json.encode([reading for reading, _ in entries]).decode()
        records = [record for _, odd in entries for record in odd]
        if not records:  # A statement commits by itself: one round trip instead of three.
            async with self._database.statement() as connection:
                await connection.execute(_ADD, (readings,))
            return
        async with self._database.transaction() as connection:
            await connection.execute(_ADD, (readings,))
            await add_records(connection, records)
