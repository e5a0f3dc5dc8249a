"""Meter readings in PostgreSQL, committed in groups over many stations."""

from collections.abc import Sequence

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.quarantine import add_records
from services.charging.domain.metering import MeterReading
from services.charging.domain.quarantine import QuarantineRecord

_Entry = tuple[MeterReading, Sequence[QuarantineRecord]]


class PostgresMeterReadings:
    """One statement writes the readings of a group; a repeated one changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: CommitGroup[_Entry] = CommitGroup(self._write)

    async def add(self, reading: MeterReading, oddities: Sequence[QuarantineRecord]) -> None:
        """Return when the group is committed."""
        await self._group.add((reading, oddities))

    async def _write(self, entries: Sequence[_Entry]) -> None:
        readings = [reading for reading, _ in entries]
        async with self._database.transaction() as connection:
            # Binary (%b): as text, each quote of a JSON document would be escaped, one by one.
            await connection.execute(
                """
                insert into meter_reading (station_id, connector_id, transaction_id, measured_at,
                    register_wh, received, received_at)
                select * from unnest(%s::text[], %s::integer[], %s::bigint[], %s::timestamptz[],
                    %s::bigint[], %b::text[], %s::timestamptz[])
                on conflict do nothing
                """,
                (
                    [reading.station_id for reading in readings],
                    [reading.connector_id for reading in readings],
                    [reading.transaction_id for reading in readings],
                    [reading.measured_at for reading in readings],
                    [reading.register_wh for reading in readings],
                    [reading.received for reading in readings],
                    [reading.received_at for reading in readings],
                ),
            )
            await add_records(connection, [record for _, odd in entries for record in odd])
