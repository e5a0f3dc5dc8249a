"""The documents of issued invoices: JSON and PDF, written once after the commit."""

import asyncio
import logging
from datetime import timedelta

from services.billing.application.ports import (
    Clock,
    DocumentArchive,
    DocumentError,
    InvoiceLayout,
    IssuedInvoice,
    Ledger,
)
from services.billing.domain.errors import InvoiceNotFoundError

POSTPONEMENT = timedelta(minutes=1)

log = logging.getLogger(__name__)


class InvoiceDocuments:
    """What is due stands in the ledger, so a crash between commit and writing loses nothing."""

    def __init__(
        self, ledger: Ledger, archive: DocumentArchive, layout: InvoiceLayout, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._layout = layout
        self._clock = clock

    async def write_next(self) -> bool:
        """Write one invoice's documents; false when none is due."""
        async with self._ledger.transaction() as transaction:
            now = self._clock()
            invoice = await transaction.invoices.claim_due_documents(now)
            if invoice is None:
                return False
            try:
                await asyncio.to_thread(self._write, invoice)
            except DocumentError as error:
                log.warning("documents of %s postponed: %s", invoice.number, error)
                await transaction.invoices.postpone_documents(invoice.number, now + POSTPONEMENT)
            else:
                await transaction.invoices.documents_written(invoice.number)
        return True

    async def pdf(self, number: str) -> bytes:
        """An invoice's PDF, written now if it is not in the archive yet.

        Raises `InvoiceNotFoundError` and `DocumentError`.
        """
        async with self._ledger.transaction() as transaction:
            invoice = await transaction.invoices.content(number)
        if invoice is None:
            raise InvoiceNotFoundError(f"there is no invoice {number}")
        kept = await asyncio.to_thread(self._archive.get, _key(invoice, "pdf"))
        return kept if kept is not None else await asyncio.to_thread(self._write, invoice)

    def _write(self, invoice: IssuedInvoice) -> bytes:
        pdf = self._layout.pdf(invoice.content)
        self._archive.put(_key(invoice, "json"), invoice.content, "application/json")
        self._archive.put(_key(invoice, "pdf"), pdf, "application/pdf")
        return pdf


def _key(invoice: IssuedInvoice, form: str) -> str:
    return f"invoices/{invoice.contract_id}/{invoice.number}.{form}"
