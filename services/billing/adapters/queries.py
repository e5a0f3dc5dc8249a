"""What people look up. Reads only; one statement each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from psycopg import sql
from psycopg.rows import DictRow

from services.billing.adapters.charging_records import record_of
from services.billing.adapters.database import Pool
from services.billing.adapters.json_forms import CONTRACT
from services.billing.adapters.pages import Page, after, page
from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.charging_record import ChargingRecord
from services.billing.domain.contract import Contract
from services.billing.domain.errors import ContractNotFoundError, InvoiceNotFoundError


class BillingState(StrEnum):
    """Where a charging record stands."""

    UNASSIGNED = "unassigned"
    """No contract had its token when the session began."""
    OPEN = "open"
    """Its month is not closed."""
    LATE = "late"
    """It came after its month was closed; it is on the next month's invoice."""
    INVOICED = "invoiced"


@dataclass(frozen=True)
class RecordView:
    """A charging record, whose it is, and where it stands."""

    record: ChargingRecord
    contract_id: str | None
    invoice: str | None
    state: BillingState


@dataclass(frozen=True)
class RecordSummary:
    """Charging records in figures."""

    count: int
    energy_wh: int
    unassigned: int
    invoiced: int


@dataclass(frozen=True)
class ContractView:
    """A contract with its id."""

    contract_id: str
    contract: Contract


@dataclass(frozen=True)
class InvoiceView:
    """An invoice in a list."""

    number: str
    contract_id: str
    period: str
    reason: str
    issue_date: date
    currency: str
    net: Decimal
    vat_total: Decimal
    total: Decimal


@dataclass(frozen=True)
class QuarantineView:
    """A message set aside."""

    body: str
    reason: str
    quarantined_at: datetime


@dataclass(frozen=True)
class RecordFilter:
    """Which records: of a contract, of a month, or all.

    A month is the contract's, or, without a contract, the month by the clock of each site.
    """

    contract_id: str | None = None
    period: BillingPeriod | None = None


_RECORDS = """
    from charging_records r
    left join contract_tokens t on t.token_uid = r.token_uid and r.started_at <@ t.valid
    left join invoiced_records i on i.session_id = r.session_id
    where (%(contract_id)s::text is null or t.contract_id = %(contract_id)s)
      and (%(site_month)s::text is null or r.site_month = %(site_month)s)
      and (%(start)s::timestamptz is null or r.ended_at >= %(start)s)
      and (%(end)s::timestamptz is null or r.ended_at < %(end)s)
"""

_SUMMARY = sql.SQL(
    "select count(*) as count, coalesce(sum(r.energy_wh), 0)::bigint as energy_wh,"
    " count(*) filter (where t.contract_id is null) as unassigned,"
    " count(i.number) as invoiced"
) + sql.SQL(_RECORDS)

_PAGE_OF_RECORDS = (
    sql.SQL(
        """
        select r.*, t.contract_id, i.number as invoice, case
            when i.number is not null then 'invoiced'
            when t.contract_id is null then 'unassigned'
            when exists (
                select from invoices c where c.contract_id = t.contract_id
                and r.ended_at >= c.period_start and r.ended_at < c.period_end
            ) then 'late'
            else 'open' end as state
        """
    )
    + sql.SQL(_RECORDS)
    + sql.SQL(
        """
        and (%(after_end)s::timestamptz is null
             or (r.ended_at, r.session_id) > (%(after_end)s, %(after_id)s))
        order by r.ended_at, r.session_id limit %(limit)s
        """
    )
)


class Queries:
    """The read side of billing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def records(
        self, which: RecordFilter, cursor: str | None, limit: int
    ) -> Page[RecordView]:
        """In the order in which they ended."""
        after_end, after_id = after(cursor, 2)
        rows = await self._rows(
            _PAGE_OF_RECORDS,
            await self._parameters(which)
            | {"after_end": after_end, "after_id": after_id, "limit": limit + 1},
        )
        return page(rows, limit, _record_view, "ended_at", "session_id")

    async def record_summary(self, which: RecordFilter) -> RecordSummary:
        """All that the filter lets through, in figures."""
        (row,) = await self._rows(_SUMMARY, await self._parameters(which))
        return RecordSummary(**row)

    async def contract(self, contract_id: str) -> Contract:
        """Raises `ContractNotFoundError`."""
        rows = await self._rows(
            sql.SQL("select content::text from contracts where contract_id = %(contract_id)s"),
            {"contract_id": contract_id},
        )
        if not rows:
            raise ContractNotFoundError(f"there is no contract {contract_id}")
        return CONTRACT.validate_json(rows[0]["content"])

    async def contracts(self, cursor: str | None, limit: int) -> Page[ContractView]:
        """In the order of their ids."""
        (after_id,) = after(cursor, 1)
        rows = await self._rows(
            sql.SQL(
                "select contract_id, content::text from contracts"
                " where %(after)s::text is null or contract_id > %(after)s"
                " order by contract_id limit %(limit)s"
            ),
            {"after": after_id, "limit": limit + 1},
        )
        return page(rows, limit, _contract_view, "contract_id")

    async def invoices(
        self, contract_id: str | None, cursor: str | None, limit: int
    ) -> Page[InvoiceView]:
        """In the order of their numbers."""
        (after_number,) = after(cursor, 1)
        rows = await self._rows(
            sql.SQL(
                "select number, contract_id, period, reason, issue_date, currency, net, vat_total,"
                " total from invoices where (%(after)s::text is null or number > %(after)s)"
                " and (%(contract_id)s::text is null or contract_id = %(contract_id)s)"
                " order by number limit %(limit)s"
            ),
            {"after": after_number, "contract_id": contract_id, "limit": limit + 1},
        )
        return page(rows, limit, lambda row: InvoiceView(**row), "number")

    async def invoice(self, number: str) -> bytes:
        """The invoice's JSON as it was issued; raises `InvoiceNotFoundError`."""
        rows = await self._rows(
            sql.SQL("select content from invoices where number = %(number)s"), {"number": number}
        )
        if not rows:
            raise InvoiceNotFoundError(f"there is no invoice {number}")
        content: bytes = rows[0]["content"]
        return content

    async def quarantine(self, cursor: str | None, limit: int) -> Page[QuarantineView]:
        """The oldest first."""
        after_time, after_digest = after(cursor, 2)
        rows = await self._rows(
            sql.SQL(
                "select quarantined_at, encode(digest, 'hex') as digest, body, reason"
                " from quarantine where %(time)s::timestamptz is null"
                " or (quarantined_at, digest) > (%(time)s, decode(%(digest)s, 'hex'))"
                " order by quarantined_at, digest limit %(limit)s"
            ),
            {"time": after_time, "digest": after_digest, "limit": limit + 1},
        )
        return page(rows, limit, _quarantine_view, "quarantined_at", "digest")

    async def ping(self) -> None:
        """Raises a psycopg error when the database cannot be asked."""
        async with self._pool.connection(timeout=2) as connection:
            await connection.execute("select 1")

    async def _parameters(self, which: RecordFilter) -> dict[str, object]:
        bounds: tuple[datetime | None, datetime | None] = (None, None)
        if which.contract_id is not None:
            contract = await self.contract(which.contract_id)
            bounds = which.period.bounds(contract.zone) if which.period else bounds
        by_site = which.period if which.contract_id is None else None
        return {
            "contract_id": which.contract_id,
            "site_month": by_site and str(by_site),
            "start": bounds[0],
            "end": bounds[1],
        }

    async def _rows(
        self, query: sql.SQL | sql.Composed, parameters: dict[str, object]
    ) -> list[DictRow]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, parameters)
            return await cursor.fetchall()


def _record_view(row: DictRow) -> RecordView:
    state = BillingState(row["state"])
    return RecordView(record_of(row), row["contract_id"], row["invoice"], state)


def _contract_view(row: DictRow) -> ContractView:
    return ContractView(row["contract_id"], CONTRACT.validate_json(row["content"]))


def _quarantine_view(row: DictRow) -> QuarantineView:
    return QuarantineView(row["body"], row["reason"], row["quarantined_at"].astimezone(UTC))
