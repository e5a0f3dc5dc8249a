import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pypdf import PdfReader

from services.billing.adapters.document_archive import S3DocumentArchive
from services.billing.adapters.invoice_layout import TypstInvoiceLayout
from services.billing.adapters.json_forms import INVOICE
from services.billing.application.invoice_documents import InvoiceDocuments
from services.billing.application.ports import DocumentError, IssuedInvoice
from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.contract import Contract
from services.billing.domain.errors import InvoiceNotFoundError
from services.billing.domain.invoice import Reason, draft, issue
from tests.billing.fleet import AFTER_MARCH, MARCH, SELLER, contract, record, terms


def content(of: Contract, energies: list[int]) -> bytes:
    sessions = [
        record(MARCH + timedelta(hours=3 * number), energy_wh=energy, session_id=f"s{number}")
        for number, energy in enumerate(energies)
    ]
    period = BillingPeriod(2026, 3)
    invoice = issue(
        draft(of, period, sessions),
        number="2026-000042",
        issue_date=date(2026, 4, 2),
        contract_id="musterflotte",
        contract=of,
        period=period,
        reason=Reason.REGULAR,
        seller=SELLER,
    )
    return INVOICE.dump_json(invoice)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


def test_the_pdf_says_what_the_invoice_says() -> None:
    of = contract(terms(price_per_kwh="0.3391", monthly_fee="1249.90"))
    text = text_of(TypstInvoiceLayout().pdf(content(of, [7780, 0, 9745])))
    for said in (
        "Fleetcharge GmbH",
        "Musterflotte GmbH",
        "Hafenstraße 12",
        "2026-000042",
        "2 April 2026",
        "01.03.2026 – 31.03.2026",
        "Invoice for charging in March 2026",
        "1,249.90",
        "17.525 kWh",
        "0.3391",
        "Net 1,255.84 EUR",
        "on 1,255.84 EUR 238.61 EUR",
        "1,494.45 EUR",
        "DE02 1203 0000 0000 2020 51",
        "10.03.2026 09:00",
        "Anna Schröder 7.780 2.6382",
        "Anna Schröder 0.000 0.0000",
        "3 sessions 17.525 5.9427",
    ):
        assert said in text, said


def test_a_year_of_sessions_goes_over_pages_and_names_the_invoice_on_each() -> None:
    pdf = PdfReader(io.BytesIO(TypstInvoiceLayout().pdf(content(contract(), [1000] * 200))))
    assert len(pdf.pages) > 4
    for page in pdf.pages[1:]:
        assert "Invoice 2026-000042" in page.extract_text()


def test_names_are_set_as_they_are() -> None:
    of = contract(terms(monthly_fee="0"), tokens=())
    assert "04A1" in text_of(TypstInvoiceLayout().pdf(content(of, [1])))


def test_the_same_invoice_is_the_same_pdf() -> None:
    invoice = content(contract(), [7780])
    assert TypstInvoiceLayout().pdf(invoice) == TypstInvoiceLayout().pdf(invoice)


class Books:
    """One issued invoice whose documents are due."""

    def __init__(self) -> None:
        self.invoice = IssuedInvoice("musterflotte", "2026-000042", content(contract(), [7780]))
        self.due_at: datetime | None = AFTER_MARCH
        self.invoices = self

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        yield self

    async def content(self, number: str) -> IssuedInvoice | None:
        return self.invoice if number == self.invoice.number else None

    async def claim_due_documents(self, now: datetime) -> IssuedInvoice | None:
        return self.invoice if self.due_at and self.due_at <= now else None

    async def documents_written(self, number: str) -> None:
        assert number == self.invoice.number
        self.due_at = None

    async def postpone_documents(self, number: str, until: datetime) -> None:
        assert number == self.invoice.number
        self.due_at = until


class Shelf:
    """An archive in memory that writes each key once."""

    def __init__(self, room: int = 10) -> None:
        self.room = room
        self.documents: dict[str, bytes] = {}

    def put(self, key: str, content: bytes, media_type: str) -> None:
        assert media_type == f"application/{key.rsplit('.')[-1]}"
        if len(self.documents) == self.room:
            raise DocumentError("no room")
        self.documents.setdefault(key, content)

    def get(self, key: str) -> bytes | None:
        return self.documents.get(key)


def writing(books: Books, shelf: Shelf, now: datetime = AFTER_MARCH) -> InvoiceDocuments:
    return InvoiceDocuments(books, shelf, TypstInvoiceLayout(), lambda: now)


async def test_due_documents_are_written_until_none_is_due() -> None:
    books, shelf = Books(), Shelf()
    assert await writing(books, shelf).write_next()
    assert sorted(shelf.documents) == [
        "invoices/musterflotte/2026-000042.json",
        "invoices/musterflotte/2026-000042.pdf",
    ]
    assert shelf.documents["invoices/musterflotte/2026-000042.json"] == books.invoice.content
    assert not await writing(books, shelf).write_next()


async def test_what_half_failed_is_postponed_and_made_good() -> None:
    books, shelf = Books(), Shelf(room=1)
    assert await writing(books, shelf).write_next()
    assert not await writing(books, shelf).write_next(), "not again at once"
    shelf.room = 10
    assert await writing(books, shelf, AFTER_MARCH + timedelta(minutes=1)).write_next()
    assert len(shelf.documents) == 2
    assert books.due_at is None


async def test_a_pdf_asked_for_before_it_was_written_is_written() -> None:
    books, shelf = Books(), Shelf()
    first = await writing(books, shelf).pdf("2026-000042")
    assert shelf.documents["invoices/musterflotte/2026-000042.pdf"] == first
    assert await writing(books, shelf).pdf("2026-000042") == first
    with pytest.raises(InvoiceNotFoundError):
        await writing(books, shelf).pdf("2026-000043")


def test_a_key_is_written_once() -> None:
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="documents")
        archive = S3DocumentArchive(s3, "documents")
        assert archive.get("invoices/a.pdf") is None
        archive.put("invoices/a.pdf", b"first", "application/pdf")
        archive.put("invoices/a.pdf", b"second", "application/pdf")
        assert archive.get("invoices/a.pdf") == b"first"
        with pytest.raises(DocumentError, match="NoSuchBucket"):
            S3DocumentArchive(s3, "elsewhere").put("a", b"", "text/plain")
