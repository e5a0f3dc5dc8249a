"""The REST API under ``/billing/v1``, for accountants, and the health check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST
from psycopg_pool import PoolTimeout
from pydantic import AfterValidator

from contracts.access_tokens import AccessDeniedError, Caller
from contracts.personas import Persona
from contracts.routes import BILLING_API, HEALTH, METRICS
from contracts.tracing.requests import TracedRequests
from contracts.tracing.spans import NO_TRACING, Tracing, note
from services.billing.adapters.json_forms import INVOICE
from services.billing.adapters.pages import Page
from services.billing.adapters.queries import (
    ContractView,
    InvoiceView,
    QuarantineView,
    Queries,
    RecordFilter,
    RecordSummary,
    RecordView,
)
from services.billing.application.contract_keeping import ContractKeeping
from services.billing.application.invoice_documents import InvoiceDocuments
from services.billing.application.month_close import MonthClose
from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.contract import Contract
from services.billing.domain.invoice import Invoice
from services.billing.entrypoints.problems import add_problems, problem

Verify = Callable[[str | None], Caller]
"""The caller behind an ``Authorization`` header; blocks; raises `AccessDeniedError`."""


def _a_month(text: str) -> str:
    return str(BillingPeriod.parse(text))


ContractId = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Month = Annotated[str, AfterValidator(_a_month)]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@dataclass(frozen=True, kw_only=True)
class Api:
    """What the routes call."""

    verify: Verify
    not_ready: Callable[[], str | None]
    """Why the program cannot work yet; null when it can."""
    queries: Queries
    contracts: ContractKeeping
    month_close: MonthClose
    documents: InvoiceDocuments
    invoice_issued: Callable[[], None]
    """Called after a close has made an invoice."""
    metrics_page: Callable[[], bytes]
    """In Prometheus's text format."""
    tracing: Tracing = NO_TRACING

    def app(self) -> FastAPI:
        """The application to serve."""
        app = FastAPI(title="Fleetcharge billing", version="1", redoc_url=None)
        add_problems(app)
        app.add_middleware(TracedRequests, tracing=self.tracing)
        app.get(HEALTH, responses={503: {}})(self.health)
        app.get(METRICS, include_in_schema=False)(self.metrics)
        routes = APIRouter(prefix=BILLING_API, dependencies=[Depends(self.accountant)])
        routes.get("/contracts")(self.list_contracts)
        routes.get("/contracts/{contract_id}")(self.get_contract)
        routes.put("/contracts/{contract_id}")(self.put_contract)
        routes.post("/contracts/{contract_id}/periods/{period}/close", response_model=Invoice)(
            self.close_period
        )
        routes.get("/charging-records")(self.list_charging_records)
        routes.get("/charging-records/summary")(self.summarise_charging_records)
        routes.get("/invoices")(self.list_invoices)
        routes.get("/invoices/{number}", response_model=Invoice)(self.get_invoice)
        routes.get("/invoices/{number}/pdf", response_class=PdfResponse)(self.get_invoice_pdf)
        routes.get("/quarantine")(self.list_quarantine)
        app.include_router(routes)
        return app

    def accountant(self, authorization: Annotated[str | None, Header()] = None) -> None:
        """Let accountants and administrators in; runs on a thread, as keys may be fetched."""
        try:
            caller = self.verify(authorization)
        except AccessDeniedError as error:
            raise HTTPException(401, str(error), {"WWW-Authenticate": "Bearer"}) from error
        caller.must_be(Persona.ACCOUNTANT)
        note(company=caller.company)

    async def health(self) -> Response:
        """200 when the program can do its work; 503 and the reason when not."""
        reason = self.not_ready()
        if reason is None:
            try:
                await self.queries.ping()
            except (psycopg.Error, PoolTimeout) as error:
                reason = f"the database does not answer: {error}"
        if reason is not None:
            return problem(503, "not-ready", reason)
        return Response('{"status":"ok"}', media_type="application/json")

    async def metrics(self) -> Response:
        """What the task counts, for Prometheus; nothing outside leads here."""
        return Response(self.metrics_page(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def put_contract(
        self, contract_id: ContractId, contract: Contract, response: Response
    ) -> ContractView:
        """Make (201) or replace (200) the whole contract; 409 if that alters closed months."""
        response.status_code = 201 if await self.contracts.put(contract_id, contract) else 200
        return ContractView(contract_id, contract)

    async def list_contracts(self, cursor: Cursor = None, limit: Limit = 100) -> Page[ContractView]:
        """In the order of their ids."""
        return await self.queries.contracts(cursor, limit)

    async def get_contract(self, contract_id: ContractId) -> ContractView:
        """One contract."""
        return ContractView(contract_id, await self.queries.contract(contract_id))

    async def close_period(self, contract_id: ContractId, period: Month) -> Response:
        """Close a month that is over: its invoice, 201 when new and 200 when there already."""
        invoice, new = await self.month_close.close(contract_id, BillingPeriod.parse(period))
        note(contract_id=contract_id, period=period, invoice_number=str(invoice.number))
        if new:
            self.invoice_issued()
        return Response(
            INVOICE.dump_json(invoice),
            status_code=201 if new else 200,
            media_type="application/json",
            headers={"Location": f"{BILLING_API}/invoices/{invoice.number}"},
        )

    async def list_charging_records(
        self,
        contract_id: str | None = None,
        period: Month | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[RecordView]:
        """In the order in which they ended; a month is the contract's, or that of each site."""
        return await self.queries.records(_filter(contract_id, period), cursor, limit)

    async def summarise_charging_records(
        self, contract_id: str | None = None, period: Month | None = None
    ) -> RecordSummary:
        """Number and energy of charging records, and how many have no contract or an invoice."""
        return await self.queries.record_summary(_filter(contract_id, period))

    async def list_invoices(
        self, contract_id: str | None = None, cursor: Cursor = None, limit: Limit = 100
    ) -> Page[InvoiceView]:
        """In the order of their numbers."""
        return await self.queries.invoices(contract_id, cursor, limit)

    async def get_invoice(self, number: str) -> Response:
        """The invoice as it was issued, with its sessions."""
        return Response(await self.queries.invoice(number), media_type="application/json")

    async def get_invoice_pdf(self, number: str) -> Response:
        """The invoice as people read it."""
        return PdfResponse(
            await self.documents.pdf(number),
            headers={"Content-Disposition": f'inline; filename="{number}.pdf"'},
        )

    async def list_quarantine(
        self, cursor: Cursor = None, limit: Limit = 100
    ) -> Page[QuarantineView]:
        """Messages that could not become records, the oldest first."""
        return await self.queries.quarantine(cursor, limit)


class PdfResponse(Response):
    """A PDF document."""

    media_type = "application/pdf"


def _filter(contract_id: str | None, period: str | None) -> RecordFilter:
    return RecordFilter(contract_id, BillingPeriod.parse(period) if period else None)
