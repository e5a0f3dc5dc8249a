"""A year of real sessions: 85 drivers' invoices add up to the watt-hour and the cent."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.billing.adapters.database import PostgresLedger
from services.billing.adapters.queries import Queries, RecordFilter
from services.billing.application.contract_keeping import ContractKeeping
from services.billing.application.intake import SessionIntake
from services.billing.application.month_close import MonthClose
from services.billing.domain.charging_record import ChargingRecord
from services.billing.domain.contract import Token
from services.billing.domain.invoice import Invoice
from services.billing.domain.rating import to_cents
from tests.billing.fleet import SELLER, contract, message, session, terms

pytestmark = pytest.mark.integration

DATA = Path(__file__).parents[3] / "shared/data/workplace_charging_sessions.csv"


def instant(text: str) -> datetime:
    """The data set writes the year 2014 as 0014."""
    return datetime.fromisoformat(f"20{text[2:]}").replace(tzinfo=UTC)


@pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there")
async def test_a_year_of_sessions(ledger: PostgresLedger, queries: Queries) -> None:
    with DATA.open() as lines:
        sessions = [
            session(
                instant(row["created"]),
                hours=(instant(row["ended"]) - instant(row["created"])).total_seconds() / 3600,
                energy_wh=int(Decimal(row["kwhTotal"]) * 1000),
                session_id=row["sessionId"],
                station_id=row["stationId"],
                token_uid=row["userId"],
            )
            for row in csv.DictReader(lines)
        ]
    for start in range(0, len(sessions), 500):
        bodies = [message(each) for each in sessions[start : start + 500]]
        await SessionIntake(ledger).take(bodies + bodies[:50])

    drivers = {each.token_uid for each in sessions}
    for driver in drivers:
        own = contract(terms("2014-01-01", monthly_fee="0"), tokens=(Token(uid=driver),))
        await ContractKeeping(ledger).put(driver, own)
    closing = MonthClose(ledger, SELLER, lambda: datetime(2016, 1, 4, tzinfo=UTC))
    months = {(each.token_uid, ChargingRecord.of(each).site_month) for each in sessions}
    invoices: list[Invoice] = [(await closing.close(*month))[0] for month in sorted(months)]

    summary = await queries.record_summary(RecordFilter())
    energy_wh = sum(each.energy_wh for each in sessions)
    assert (summary.count, len(drivers)) == (3395, 85)
    assert (summary.invoiced, summary.energy_wh) == (3395, energy_wh)
    invoiced = [each for invoice in invoices for each in invoice.sessions]
    assert len({each.session_id for each in invoiced}) == len(invoiced) == 3395
    assert sum(each.energy_wh for each in invoiced) == energy_wh
    for invoice in invoices:
        energy = sum(each.energy_wh for each in invoice.sessions)
        assert invoice.net == to_cents(Decimal(energy) * Decimal("0.39") / 1000)
        assert invoice.total == invoice.net + to_cents(invoice.net * Decimal("0.19"))
    numbers = [int(invoice.number.removeprefix("2016-")) for invoice in invoices]
    assert numbers == list(range(1, len(invoices) + 1))
