import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.billing.adapters.database import Pool, PostgresLedger
from services.billing.adapters.queries import BillingState, Queries, RecordFilter
from services.billing.application.contract_keeping import ContractKeeping
from services.billing.application.intake import SessionIntake
from services.billing.application.month_close import MonthClose
from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.contract import Token
from services.billing.domain.errors import (
    ClosedMonthError,
    ContractNotFoundError,
    NothingToInvoiceError,
    PeriodNotOverError,
)
from services.billing.domain.invoice import Invoice
from tests.billing.fleet import AFTER_MARCH, SELLER, contract, message, session, terms

pytestmark = pytest.mark.integration

FEBRUARY, MARCH, APRIL = (BillingPeriod(2026, month) for month in (2, 3, 4))
OURS = RecordFilter("musterflotte")


def closing(ledger: PostgresLedger, now: datetime = AFTER_MARCH) -> MonthClose:
    return MonthClose(ledger, SELLER, lambda: now)


@pytest.fixture
async def fleet(ledger: PostgresLedger) -> PostgresLedger:
    await ContractKeeping(ledger).put("musterflotte", contract())
    return ledger


async def test_closing_twice_gives_the_same_invoice(
    fleet: PostgresLedger, queries: Queries
) -> None:
    await SessionIntake(fleet).take([message(), message(session(token_uid="stranger"))])
    first, new = await closing(fleet).close("musterflotte", MARCH)
    again, again_new = await closing(fleet).close("musterflotte", MARCH)
    assert (new, again_new) == (True, False)
    assert first == again
    assert (first.number, len(first.sessions)) == ("2026-000001", 1)
    ((kept),) = (await queries.records(OURS, None, 10)).items
    assert (kept.state, kept.invoice) == (BillingState.INVOICED, "2026-000001")
    everything = await queries.record_summary(RecordFilter())
    assert (everything.invoiced, everything.unassigned) == (1, 1)


async def test_closing_at_once_from_many_sides_gives_one_invoice(fleet: PostgresLedger) -> None:
    await SessionIntake(fleet).take([message() for _ in range(20)])
    results = await asyncio.gather(*(closing(fleet).close("musterflotte", MARCH) for _ in range(6)))
    assert sorted(new for _, new in results) == [False] * 5 + [True]
    assert len({invoice.number for invoice, _ in results}) == 1


async def test_numbers_have_no_gap_and_begin_anew_each_year(ledger: PostgresLedger) -> None:
    for number in range(8):
        of = contract(tokens=(Token(uid=f"T{number}"),))
        await ContractKeeping(ledger).put(f"c{number}", of)
    results = await asyncio.gather(
        *(closing(ledger).close(f"c{number}", MARCH) for number in range(8))
    )
    assert sorted(invoice.number for invoice, _ in results) == [
        f"2026-{number:06}" for number in range(1, 9)
    ]
    next_year, _ = await closing(ledger, datetime(2026, 12, 31, 23, tzinfo=UTC)).close("c0", APRIL)
    assert next_year.number == "2027-000001", "it is 2027 in Berlin"


async def test_a_close_that_fails_leaves_no_gap(fleet: PostgresLedger, queries: Queries) -> None:
    class FailedError(Exception):
        pass

    async def take_a_number_and_fail() -> None:
        async with fleet.transaction() as transaction:
            assert await transaction.invoices.next_number(2026) == "2026-000001"
            raise FailedError

    with pytest.raises(FailedError):
        await take_a_number_and_fail()
    invoice, _ = await closing(fleet).close("musterflotte", MARCH)
    assert invoice.number == "2026-000001"
    assert [each.number for each in (await queries.invoices(None, None, 10)).items] == [
        "2026-000001"
    ]


async def test_a_month_is_closed_from_its_end_in_the_contracts_zone(fleet: PostgresLedger) -> None:
    last_second = datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)
    with pytest.raises(PeriodNotOverError, match=r"2026-04-01T00:00:00\+02:00"):
        await closing(fleet, last_second).close("musterflotte", MARCH)
    invoice, _ = await closing(fleet, datetime(2026, 3, 31, 22, tzinfo=UTC)).close(
        "musterflotte", MARCH
    )
    assert str(invoice.issue_date) == "2026-04-01"


async def test_a_late_record_is_on_the_next_invoice(
    fleet: PostgresLedger, queries: Queries
) -> None:
    await closing(fleet).close("musterflotte", MARCH)
    await SessionIntake(fleet).take([message()])
    assert (await queries.records(OURS, None, 10)).items[0].state is BillingState.LATE
    april, _ = await closing(fleet, datetime(2026, 5, 1, tzinfo=UTC)).close("musterflotte", APRIL)
    assert april.lines[-1].description == "Charging energy, supplied in 2026-03, recorded late"
    assert (await queries.records(OURS, None, 10)).items[0].invoice == april.number


async def test_an_open_month_keeps_its_records_when_a_later_one_is_closed(
    fleet: PostgresLedger,
) -> None:
    february = message(session(datetime(2026, 2, 10, tzinfo=UTC)))
    await SessionIntake(fleet).take([february, message()])

    def count(closed: tuple[Invoice, bool]) -> int:
        return len(closed[0].sessions)

    assert count(await closing(fleet).close("musterflotte", MARCH)) == 1
    assert count(await closing(fleet).close("musterflotte", FEBRUARY)) == 1


async def test_every_record_is_on_one_invoice_across_clock_changes(fleet: PostgresLedger) -> None:
    ends = [datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(88 * 24)]
    await SessionIntake(fleet).take(
        [message(session(end, hours=0, session_id=str(end))) for end in ends]
    )
    now = datetime(2026, 5, 2, tzinfo=UTC)
    invoices = [
        (await closing(fleet, now).close("musterflotte", month))[0]
        for month in (FEBRUARY, MARCH, APRIL)
    ]
    assert [len(invoice.sessions) for invoice in invoices] == [671, 743, 698]
    invoiced = [each.session_id for invoice in invoices for each in invoice.sessions]
    assert sorted(invoiced) == sorted(map(str, ends))


async def test_a_month_with_nothing_stays_open(ledger: PostgresLedger, queries: Queries) -> None:
    await ContractKeeping(ledger).put("musterflotte", contract(terms(monthly_fee="0")))
    with pytest.raises(NothingToInvoiceError, match="it stays open"):
        await closing(ledger).close("musterflotte", MARCH)
    await SessionIntake(ledger).take([message(session(energy_wh=0))])
    invoice, _ = await closing(ledger).close("musterflotte", MARCH)
    assert (invoice.number, invoice.total) == ("2026-000001", Decimal("0.00"))


async def test_an_unknown_contract(ledger: PostgresLedger) -> None:
    with pytest.raises(ContractNotFoundError, match="nobody"):
        await closing(ledger).close("nobody", MARCH)


async def test_closed_months_keep_their_contract(fleet: PostgresLedger, queries: Queries) -> None:
    keeping = ContractKeeping(fleet)
    await closing(fleet).close("musterflotte", MARCH)
    with pytest.raises(ClosedMonthError, match="closed up to 2026-03: the terms before 2026-04-01"):
        await keeping.put("musterflotte", contract(terms(price_per_kwh="0.50")))
    dearer = contract(terms("2026-01-01", "2026-04-01"), terms("2026-04-01", price_per_kwh="0.50"))
    assert not await keeping.put("musterflotte", dearer)
    assert await queries.contract("musterflotte") == dearer


async def test_invoices_cannot_be_changed(fleet: PostgresLedger, pool: Pool) -> None:
    await closing(fleet).close("musterflotte", MARCH)
    async with pool.connection() as connection:
        with pytest.raises(Exception, match="invoices is written once"):
            await connection.execute("update invoices set total = 0")
