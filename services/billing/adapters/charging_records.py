"""Charging records and quarantined messages in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from hashlib import sha256

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow

from services.billing.application.ports import Quarantined, ReceivedRecord
from services.billing.domain.charging_record import ChargingRecord

COLUMNS = tuple(field.name for field in fields(ChargingRecord))

_RECORD = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))

_ADD = sql.SQL(
    "insert into charging_records (event_id, site_month, {columns}) values (%s, %s, {values})"
    " on conflict do nothing"
).format(columns=_RECORD, values=sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS)))

_KNOWN = sql.SQL("select {} from charging_records where session_id = any(%s)").format(_RECORD)

_TO_INVOICE = sql.SQL(
    """
    select {} from charging_records r
    join contract_tokens t on t.token_uid = r.token_uid and r.started_at <@ t.valid
    where t.contract_id = %(contract_id)s
      and r.ended_at < %(end)s
      and not exists (select from invoiced_records i where i.session_id = r.session_id)
      and (
        r.ended_at >= %(start)s
        or exists (
          select from invoices i
          where i.contract_id = %(contract_id)s
            and r.ended_at >= i.period_start and r.ended_at < i.period_end
        )
      )
    order by r.ended_at, r.session_id
    """
).format(sql.SQL(", ").join(sql.Identifier("r", column) for column in COLUMNS))


def record_of(row: DictRow) -> ChargingRecord:
    """A record from a row that has all its columns."""
    values = {column: row[column] for column in COLUMNS}
    for column in ("started_at", "ended_at"):
        values[column] = values[column].astimezone(UTC)
    return ChargingRecord(**values)


class PostgresChargingRecords:
    """The `ChargingRecords` port."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def add(self, received: Sequence[ReceivedRecord]) -> Sequence[ReceivedRecord]:
        """Keep those not known yet; return those that contradict what is kept."""
        if not received:
            return ()
        # In one order, so that two consumers with the same sessions cannot lock each other out.
        ordered = sorted(received, key=lambda each: each.record.session_id)
        cursor = self._connection.cursor()
        await cursor.executemany(
            _ADD,
            [
                (
                    each.event_id,
                    str(each.record.site_month),
                    *(getattr(each.record, column) for column in COLUMNS),
                )
                for each in ordered
            ],
        )
        if cursor.rowcount == len(received):
            return ()
        await cursor.execute(_KNOWN, [[each.record.session_id for each in received]])
        kept = {row["session_id"]: record_of(row) for row in await cursor.fetchall()}
        return [each for each in received if kept.get(each.record.session_id) != each.record]

    async def to_invoice(
        self, contract_id: str, period: tuple[datetime, datetime]
    ) -> Sequence[ChargingRecord]:
        """Not yet invoiced: those of the period, and late ones of closed earlier periods."""
        cursor = await self._connection.execute(
            _TO_INVOICE, {"contract_id": contract_id, "start": period[0], "end": period[1]}
        )
        return [record_of(row) for row in await cursor.fetchall()]


class PostgresQuarantine:
    """The `Quarantine` port."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def add(self, messages: Sequence[Quarantined]) -> None:
        """Keep them as they are, each once."""
        await self._connection.cursor().executemany(
            "insert into quarantine (digest, body, reason) values (%s, %s, %s)"
            " on conflict do nothing",
            [(sha256(each.body.encode()).digest(), each.body, each.reason) for each in messages],
        )
