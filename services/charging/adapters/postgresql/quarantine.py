"""The quarantine in PostgreSQL."""

from collections.abc import Sequence

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.domain.quarantine import QuarantineRecord


async def add_records(connection: Connection, records: Sequence[QuarantineRecord]) -> None:
    """Add records within a transaction."""
    if not records:
        return
    await connection.execute(
        """
        insert into quarantine (station_id, rule, finding, received, received_at)
        select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        """,
        (
            [record.station_id for record in records],
            [record.finding.rule.value for record in records],
            [record.finding.where.replace("\x00", "\\x00") for record in records],
            [record.received for record in records],
            [record.received_at for record in records],
        ),
    )


class PostgresQuarantine:
    """Adds records, each time in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, records: Sequence[QuarantineRecord]) -> None:
        """Return when they are committed."""
        async with self._database.statement() as connection:
            await add_records(connection, records)
