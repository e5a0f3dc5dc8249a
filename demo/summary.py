"""What came of it all, short enough to read, and whether it adds up."""

from collections.abc import Iterable
from decimal import Decimal

from demo.rest import Document
from demo.scenario import Scenario


class DoesNotAddUpError(Exception):
    """What was charged and what was billed differ; names every difference."""


def check(
    scenario: Scenario,
    *,
    records: int,
    energy_wh: int,
    invoices: dict[str, list[Document]],
) -> None:
    """Compare what the stations delivered with the records and the invoices, to the watt-hour.

    Raises `DoesNotAddUpError`.
    """
    wrong = [
        f"{name}: {found} where {wanted} were wanted"
        for name, found, wanted in (
            ("charging records", records, len(scenario.charges)),
            ("Wh in charging records", energy_wh, scenario.energy_wh),
            *(
                (
                    f"Wh on the invoices of {contract.contract_id}",
                    energy_of(invoices[contract.contract_id]),
                    scenario.energy_of(contract),
                )
                for contract in scenario.contracts
            ),
        )
        if found != wanted
    ]
    if wrong:
        raise DoesNotAddUpError("\n".join(wrong))


def energy_of(invoices: Iterable[Document]) -> int:
    """Wh of all sessions that the invoices list."""
    return sum(session["energy_wh"] for invoice in invoices for session in invoice["sessions"])


def total_of(invoices: Iterable[Document]) -> Decimal:
    """Sum of what the invoices ask for, VAT included, in EUR."""
    return sum((Decimal(invoice["total"]) for invoice in invoices), Decimal(0))


def kilowatt_hours(watt_hours: int) -> str:
    """For people: kWh with all three decimals."""
    return f"{Decimal(watt_hours) / 1000:,.3f} kWh"
