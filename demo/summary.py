"""What came of it all, short enough to read, and whether it adds up."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from demo.billing import Ledger
from demo.rest import Document
from demo.scenario import FleetContract, Scenario


class DoesNotAddUpError(Exception):
    """What was delivered and what was kept of it differ; names every difference."""


@dataclass(frozen=True)
class Outcome:
    """What was played, and what billing made of it."""

    scenario: Scenario
    ledger: Ledger
    invoices: dict[str, list[Document]]
    """By contract, in the order of months."""
    documents: dict[str, bytes]
    """PDF of some invoices, by number."""

    def check(self) -> None:
        """Compare what the stations delivered with records and invoices, to the watt-hour.

        Raises `DoesNotAddUpError`.
        """
        scenario = self.scenario
        wanted_and_found = [
            ("charging records", len(scenario.charges), self.ledger.records),
            ("Wh in charging records", scenario.energy_wh, self.ledger.energy_wh),
            ("sessions on invoices", len(scenario.charges), len(self._sessions())),
        ]
        wanted_and_found += [
            (
                f"Wh on the invoices of {contract.contract_id}",
                scenario.energy_of(contract),
                sum(session["energy_wh"] for session in self._sessions(contract)),
            )
            for contract in scenario.contracts
        ]
        wrong = [
            f"{name}: {found} where {wanted} were wanted"
            for name, wanted, found in wanted_and_found
            if found != wanted
        ]
        if wrong:
            raise DoesNotAddUpError("\n".join(wrong))

    def write_documents(self, folder: Path) -> list[Path]:
        """Write the documents; returns their files."""
        folder.mkdir(exist_ok=True)
        files = []
        for number, pdf in self.documents.items():
            file = folder / f"{number}.pdf"
            file.write_bytes(pdf)
            files.append(file)
        return files

    def __str__(self) -> str:
        issued = [invoice for invoices in self.invoices.values() for invoice in invoices]
        due = sum((Decimal(invoice["total"]) for invoice in issued), Decimal(0))
        energy = kilowatt_hours(self.ledger.energy_wh)
        stations = len(self.scenario.stations)
        return f"""\
Sessions      {self.ledger.records} at {stations} stations, one charging record each
Energy        {energy}, equal to the stations' meters to the watt-hour
Invoices      {len(issued)}, contracts {len(self.invoices)}: {due:,.2f} EUR with VAT"""

    def _sessions(self, contract: FleetContract | None = None) -> list[Document]:
        return [
            session
            for contract_id, invoices in self.invoices.items()
            if contract is None or contract_id == contract.contract_id
            for invoice in invoices
            for session in invoice["sessions"]
        ]


def kilowatt_hours(watt_hours: int) -> str:
    """For people: kWh with all three decimals."""
    return f"{Decimal(watt_hours) / 1000:,.3f} kWh"
