"""The quarantine in PostgreSQL."""

from collections.abc import Sequence
from typing import LiteralString

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.domain.quarantine import QuarantineRecord, Rule

MOST_A_DAY = 1000
"""Of a station. What comes then says nothing new, and would fill the disk; it is counted."""

# Two nodes that have a station's first records of a day may keep some more; none is counted twice.
_ADD: LiteralString = """
    with told as (
        select *, (received_at at time zone 'UTC')::date as day
        from unnest(%(stations)s::text[], %(rules)s::text[], %(findings)s::text[],
            %(received)s::text[], %(times)s::timestamptz[]) with ordinality
            as told (station_id, rule, finding, received, received_at, nth)
    ), before as (
        select * from quarantine_day
        where (station_id, day) in (select station_id, day from told)
        order by station_id, day for update
    ), placed as (
        select told.*, coalesce(left_out, 0) = 0 as is_first,
            coalesce(kept, 0) + row_number() over (
                partition by told.station_id, told.day order by nth
            ) <= %(most)s as fits
        from told left join before
            on (before.station_id, before.day) = (told.station_id, told.day)
    ), counted as (
        insert into quarantine_day as known (station_id, day, kept, left_out)
        select station_id, day, count(*) filter (where fits), count(*) filter (where not fits)
        from placed group by station_id, day order by station_id, day
        on conflict (station_id, day) do update set kept = known.kept + excluded.kept,
            left_out = known.left_out + excluded.left_out
    )
    insert into quarantine (station_id, rule, finding, received, received_at)
    (
        select station_id, rule, finding, received, received_at from placed
        where fits order by nth
    ) union all (
        select distinct on (station_id, day) station_id, %(full)s, day::text, '', received_at
        from placed where not fits and is_first order by station_id, day, nth
    )
"""


async def add_records(connection: Connection, records: Sequence[QuarantineRecord]) -> None:
    """Add records within a transaction, as its last word: it holds the stations' counts."""
    if not records:
        return
    await connection.execute(
        _ADD,
        {
            "stations": [record.station_id for record in records],
            "rules": [record.finding.rule.value for record in records],
            "findings": [record.finding.where.replace("\x00", "\\x00") for record in records],
            "received": [record.received for record in records],
            "times": [record.received_at for record in records],
            "most": MOST_A_DAY,
            "full": Rule.DAY_FULL.value,
        },
    )


class PostgresQuarantine:
    """Records of many stations are committed together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: CommitGroup[Sequence[QuarantineRecord]] = CommitGroup(self._write)

    async def add(self, records: Sequence[QuarantineRecord]) -> None:
        """Return when they are committed."""
        await self._group.add(records)

    async def _write(self, several: Sequence[Sequence[QuarantineRecord]]) -> None:
        async with self._database.statement() as connection:
            await add_records(connection, [record for records in several for record in records])
