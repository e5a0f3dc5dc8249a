"""Issued invoices in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from services.billing.adapters.json_forms import INVOICE
from services.billing.application.ports import IssuedInvoice
from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.invoice import Invoice, Reason

_ADD = """
    insert into invoices (
        number, contract_id, period, reason, period_start, period_end, issue_date,
        currency, net, vat_total, total, content
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_NEXT_NUMBER = """
    insert into invoice_numbers (year, last) values (%s, 1)
    on conflict (year) do update set last = invoice_numbers.last + 1
    returning last
"""


class PostgresInvoices:
    """The `Invoices` port."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def of_period(
        self, contract_id: str, period: BillingPeriod, reason: Reason
    ) -> Invoice | None:
        """The one invoice of a contract's month and reason."""
        cursor = await self._connection.execute(
            "select content from invoices where contract_id = %s and period = %s and reason = %s",
            [contract_id, str(period), reason],
        )
        row = await cursor.fetchone()
        return INVOICE.validate_json(row["content"]) if row else None

    async def closed_periods(self, contract_id: str) -> Sequence[BillingPeriod]:
        """The months of a contract that have an invoice, in their order."""
        cursor = await self._connection.execute(
            "select distinct period from invoices where contract_id = %s order by period",
            [contract_id],
        )
        return [BillingPeriod.parse(row["period"]) for row in await cursor.fetchall()]

    async def next_number(self, year: int) -> str:
        """Gapless for each year: the row's lock is held until the commit."""
        cursor = await self._connection.execute(_NEXT_NUMBER, [year])
        row = await cursor.fetchone()
        if row is None:
            raise RuntimeError("an upsert returned no row")
        return f"{year}-{row['last']:06}"

    async def add(self, invoice: Invoice, period: tuple[datetime, datetime]) -> None:
        """Keep it with the link from each session to its line; its documents are due."""
        await self._connection.execute(
            _ADD,
            [
                invoice.number,
                invoice.contract_id,
                invoice.period,
                invoice.reason,
                *period,
                invoice.issue_date,
                invoice.currency,
                invoice.net,
                invoice.vat_total,
                invoice.total,
                INVOICE.dump_json(invoice),
            ],
        )
        await self._connection.execute(
            "insert into invoiced_records (session_id, number, line)"
            " select unnest(%s::text[]), %s, unnest(%s::int[])",
            [
                [session.session_id for session in invoice.sessions],
                invoice.number,
                [session.line for session in invoice.sessions],
            ],
        )
        await self._connection.execute(
            "insert into documents_due (number) values (%s)", [invoice.number]
        )

    async def content(self, number: str) -> IssuedInvoice | None:
        """An invoice as it was issued."""
        cursor = await self._connection.execute(
            "select contract_id, number, content from invoices where number = %s", [number]
        )
        row = await cursor.fetchone()
        return IssuedInvoice(**row) if row else None

    async def claim_due_documents(self, now: datetime) -> IssuedInvoice | None:
        """One whose documents are to be written; nobody else gets it in this transaction."""
        cursor = await self._connection.execute(
            "select contract_id, number, content from documents_due join invoices using (number)"
            " where due_at <= %s order by due_at limit 1 for update of documents_due skip locked",
            [now],
        )
        row = await cursor.fetchone()
        return IssuedInvoice(**row) if row else None

    async def documents_written(self, number: str) -> None:
        """They are in the archive."""
        await self._connection.execute("delete from documents_due where number = %s", [number])

    async def postpone_documents(self, number: str, until: datetime) -> None:
        """They could not be written now."""
        await self._connection.execute(
            "update documents_due set due_at = %s where number = %s", [until, number]
        )
