from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from contracts.access_tokens import AccessDeniedError, Caller
from contracts.personas import Persona
from services.billing.adapters.database import PostgresLedger
from services.billing.adapters.invoice_layout import TypstInvoiceLayout
from services.billing.adapters.json_forms import CONTRACT
from services.billing.adapters.queries import Queries
from services.billing.application.contract_keeping import ContractKeeping
from services.billing.application.intake import SessionIntake
from services.billing.application.invoice_documents import InvoiceDocuments
from services.billing.application.month_close import MonthClose
from services.billing.entrypoints.api import Api
from tests.billing.fleet import AFTER_MARCH, SELLER, contract, message, session
from tests.billing.test_invoice_documents import Shelf

pytestmark = pytest.mark.integration

CONTRACT_PATH = "/billing/v1/contracts/musterflotte"
PUT = CONTRACT.dump_python(contract(), mode="json")


def verify(authorization: str | None) -> Caller:
    """Takes ``Bearer`` and the name of a persona."""
    if authorization is None:
        raise AccessDeniedError("an access token is needed")
    return Caller("someone", frozenset({Persona(authorization.removeprefix("Bearer "))}))


class Waiting:
    """Why the program is not ready."""

    reason: str | None = None


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
async def client(
    ledger: PostgresLedger, queries: Queries, waiting: Waiting
) -> AsyncIterator[httpx.AsyncClient]:
    def clock() -> Any:
        return AFTER_MARCH

    api = Api(
        verify=verify,
        not_ready=lambda: waiting.reason,
        queries=queries,
        contracts=ContractKeeping(ledger),
        month_close=MonthClose(ledger, SELLER, clock),
        documents=InvoiceDocuments(ledger, Shelf(), TypstInvoiceLayout(), clock),
        invoice_issued=lambda: None,
        metrics_page=lambda: b"",
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(api.app()),
        base_url="http://billing",
        headers={"Authorization": "Bearer accountant"},
    ) as client:
        yield client


def problem(answer: httpx.Response, status: int, code: str) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert body["type"] == f"urn:fleetcharge:billing:{code}"
    return str(body["detail"])


async def test_from_contract_to_invoice(client: httpx.AsyncClient, ledger: PostgresLedger) -> None:
    assert (await client.put(CONTRACT_PATH, json=PUT)).status_code == 201
    assert (await client.put(CONTRACT_PATH, json=PUT)).status_code == 200
    await SessionIntake(ledger).take([message(), message(session(token_uid="stranger")), "?"])

    summary = (await client.get("/billing/v1/charging-records/summary")).json()
    assert summary == {"count": 2, "energy_wh": 15560, "unassigned": 1, "invoiced": 0}

    closed = await client.post(f"{CONTRACT_PATH}/periods/2026-03/close")
    assert closed.status_code == 201
    invoice = closed.json()
    assert (invoice["net"], invoice["vat_total"], invoice["total"], invoice["currency"]) == (
        "52.93",
        "10.06",
        "62.99",
        "EUR",
    )
    assert invoice["sessions"][0]["started_at"] == "2026-03-10T09:00:00+01:00"
    again = await client.post(f"{CONTRACT_PATH}/periods/2026-03/close")
    assert (again.status_code, again.content) == (200, closed.content)

    kept = await client.get(closed.headers["location"])
    assert kept.content == closed.content
    pdf = await client.get(f"{closed.headers['location']}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")

    listed = (await client.get("/billing/v1/invoices?contract_id=musterflotte")).json()
    assert [each["total"] for each in listed["items"]] == ["62.99"]
    ours = {"contract_id": "musterflotte", "period": "2026-03"}
    records = (await client.get("/billing/v1/charging-records", params=ours)).json()["items"]
    assert [(each["state"], each["invoice"]) for each in records] == [
        ("invoiced", invoice["number"])
    ]
    assert (await client.get("/billing/v1/quarantine")).json()["items"][0]["body"] == "?"


async def test_contracts_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    for name in ("a", "b", "c"):
        own = PUT | {"tokens": [{"uid": name}]}
        assert (await client.put(f"/billing/v1/contracts/{name}", json=own)).status_code == 201
    first = (await client.get("/billing/v1/contracts?limit=2")).json()
    rest = (await client.get(f"/billing/v1/contracts?cursor={first['next_cursor']}")).json()
    assert [each["contract_id"] for each in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert rest["next_cursor"] is None
    assert (await client.get("/billing/v1/contracts/a")).json()["contract"]["tokens"][0] == {
        "uid": "A",
        "driver": None,
        "valid_from": None,
        "valid_to": None,
    }


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"time_zone": "Europe/Atlantis"}, "Europe/Atlantis"),
        ({"monthly": "1"}, "body.monthly"),
        ({"terms": []}, "body.terms"),
        ({"terms": [PUT["terms"][0] | {"price_per_kwh": "-0.1"}]}, "body.terms.0.price_per_kwh"),
        ({"terms": [PUT["terms"][0] | {"price": "0.1"}]}, "body.terms.0.price"),
        ({"currency": "USD"}, "body.currency"),
    ],
)
async def test_a_wrong_contract_is_refused_where_it_is_wrong(
    client: httpx.AsyncClient, changed: dict[str, Any], says: str
) -> None:
    assert says in problem(
        await client.put(CONTRACT_PATH, json=PUT | changed), 422, "invalid-request"
    )


async def test_what_cannot_be_done_says_why(client: httpx.AsyncClient) -> None:
    get, post = client.get, client.post
    assert "nobody" in problem(await get("/billing/v1/contracts/nobody"), 404, "contract-not-found")
    problem(await get("/billing/v1/invoices/2026-000001"), 404, "invoice-not-found")
    problem(await get("/billing/v1/invoices/2026-000001/pdf"), 404, "invoice-not-found")
    problem(await get("/billing/v1/nothing"), 404, "not-found")
    for path in ("contracts?cursor=x", "charging-records?cursor=WzFd"):
        problem(await get(f"/billing/v1/{path}"), 422, "invalid-cursor")
    for path in (
        "charging-records?period=2026-13",
        "contracts?limit=0",
        "invoices?contract_id=%00",
    ):
        problem(await get(f"/billing/v1/{path}"), 422, "invalid-request")

    await client.put(CONTRACT_PATH, json=PUT)
    unfinished = await post(f"{CONTRACT_PATH}/periods/2026-04/close")
    assert "2026-05-01T00:00:00+02:00" in problem(unfinished, 409, "period-not-over")
    await post(f"{CONTRACT_PATH}/periods/2026-03/close")
    moved = await client.put(CONTRACT_PATH, json=PUT | {"time_zone": "Europe/Lisbon"})
    assert "closed up to 2026-03" in problem(moved, 409, "closed-month")
    other = await client.put("/billing/v1/contracts/other", json=PUT)
    assert "token 04A1 is contract musterflotte's" in problem(other, 409, "token-taken")


async def test_only_accountants_and_administrators_come_in(client: httpx.AsyncClient) -> None:
    path = "/billing/v1/invoices"
    del client.headers["Authorization"]
    nobody = await client.get(path)
    problem(nobody, 401, "unauthorized")
    assert nobody.headers["www-authenticate"] == "Bearer"
    operator = await client.get(path, headers={"Authorization": "Bearer operator"})
    assert "accountant" in problem(operator, 403, "access-denied")
    administrator = await client.get(path, headers={"Authorization": "Bearer administrator"})
    assert administrator.status_code == 200


async def test_health_says_what_it_waits_for(client: httpx.AsyncClient, waiting: Waiting) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
    waiting.reason = "the database does not answer"
    assert "database" in problem(await client.get("/health"), 503, "not-ready")
