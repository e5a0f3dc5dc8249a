"""The month closes: contracts, charging records, invoices, and whether they add up."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal

from demo.rest import Document, RestApi
from demo.scenario import FleetContract, Scenario

PRICE_PER_KWH = Decimal("0.39")
MONTHLY_FEE = Decimal("4.90")
VAT_RATE = Decimal(19)

_AT_ONCE = 4
_PATIENCE_S = 120


@dataclass(frozen=True)
class Ledger:
    """What billing holds of the scenario's sessions."""

    records: int
    energy_wh: int


async def put_contracts(api: RestApi, scenario: Scenario) -> None:
    """Write every contract, with the same terms for all."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def put(contract: FleetContract) -> None:
        async with limit:
            await api.put(f"/contracts/{contract.contract_id}", _document(contract, scenario))

    async with asyncio.TaskGroup() as group:
        for contract in scenario.contracts:
            group.create_task(put(contract))


def _document(contract: FleetContract, scenario: Scenario) -> Document:
    return {
        "buyer": {
            "name": contract.customer,
            "street": "Speicherstraße 8",
            "postal_code": "20457",
            "city": "Hamburg",
            "country": "DE",
        },
        "time_zone": scenario.zone.key,
        "terms": [
            {
                "valid_from": f"{contract.valid_from}",
                "valid_to": f"{contract.valid_to}",
                "price_per_kwh": f"{PRICE_PER_KWH}",
                "monthly_fee": f"{MONTHLY_FEE}",
                "vat_rate": f"{VAT_RATE}",
            }
        ],
        "tokens": [{"uid": token} for token in contract.tokens],
    }


async def wait_for_records(api: RestApi, scenario: Scenario) -> Ledger:
    """Wait until billing holds a record for each charge of the scenario; returns what it holds.

    Waiting ends when no record has come for a while: what is missing shows in the count.
    """
    wanted = len(scenario.charges)
    ledger = Ledger(0, 0)
    quiet_s = 0.0
    while quiet_s < _PATIENCE_S:
        before = ledger
        ledger = await _ledger(api, scenario)
        if ledger.records >= wanted:
            break
        quiet_s = 0.0 if ledger != before else quiet_s + 0.5
        await asyncio.sleep(0.5)
    return ledger


async def _ledger(api: RestApi, scenario: Scenario) -> Ledger:
    summaries = [
        await api.get("/charging-records/summary", contract_id=contract.contract_id)
        for contract in scenario.contracts
    ]
    return Ledger(
        sum(summary["count"] for summary in summaries),
        sum(summary["energy_wh"] for summary in summaries),
    )


async def close_months(api: RestApi, scenario: Scenario) -> dict[str, list[Document]]:
    """Close every month of every contract; returns the invoices of each contract."""
    limit = asyncio.Semaphore(_AT_ONCE)
    invoices: dict[str, list[Document]] = {}

    async def close(contract: FleetContract) -> None:
        of_contract: list[Document] = []
        for month in contract.months:
            async with limit:
                path = f"/contracts/{contract.contract_id}/periods/{month:%Y-%m}/close"
                of_contract.append(await api.post(path))
        invoices[contract.contract_id] = of_contract

    async with asyncio.TaskGroup() as group:
        for contract in scenario.contracts:
            group.create_task(close(contract))
    return invoices
