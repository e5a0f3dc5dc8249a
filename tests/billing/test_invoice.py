from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.charging_record import ChargingRecord
from services.billing.domain.contract import Contract
from services.billing.domain.invoice import Draft, Invoice, Reason, draft, issue
from services.billing.domain.rating import Unit, fee_lines, rate
from tests.billing.fleet import SELLER, contract, record, terms

MARCH = BillingPeriod(2026, 3)


def invoice(of: Contract, month: Draft, period: BillingPeriod = MARCH) -> Invoice:
    return issue(
        month,
        number="2026-000001",
        issue_date=date(2026, 4, 2),
        contract_id="musterflotte",
        contract=of,
        period=period,
        reason=Reason.REGULAR,
        seller=SELLER,
    )


def test_a_month_of_two_sessions() -> None:
    month = draft(
        contract(),
        MARCH,
        [record(energy_wh=7780, session_id="s1"), record(energy_wh=9745, session_id="s2")],
    )
    fee, energy = month.lines
    assert (fee.quantity, fee.unit, fee.net) == (Decimal(1), Unit.MONTH, Decimal("49.90"))
    assert (energy.quantity, energy.unit) == (Decimal("17.525"), Unit.KILOWATT_HOUR)
    assert energy.net == Decimal("6.83")  # 6.83475; by session it would have been 3.03 + 3.80
    issued = invoice(contract(), month)
    assert (issued.net, issued.vat_total, issued.total) == (
        Decimal("56.73"),
        Decimal("10.78"),
        Decimal("67.51"),
    )
    assert issued.due_date == date(2026, 4, 16)
    assert [session.amount for session in issued.sessions] == [
        Decimal("3.0342"),
        Decimal("3.8006"),
    ]


def test_half_a_cent_is_rounded_up() -> None:
    of = contract(terms(price_per_kwh="0.005", monthly_fee="0"))
    assert draft(of, MARCH, [record(energy_wh=1000)]).lines[0].net == Decimal("0.01")


def test_vat_is_rounded_once_for_each_rate() -> None:
    # Three lines of 0.03: by line VAT would be 3 × 0.01, of their sum it is 0.02.
    of = contract(
        terms("2026-01-01", "2026-03-02", price_per_kwh="0.03", monthly_fee="0"),
        terms("2026-03-02", "2026-03-03", price_per_kwh="0.030", monthly_fee="0"),
        terms("2026-03-03", "2026-03-04", price_per_kwh="0.031", monthly_fee="0"),
        terms("2026-03-04", price_per_kwh="0.032", monthly_fee="0"),
    )
    days = [datetime(2026, 3, day, 8, tzinfo=UTC) for day in (1, 3, 4)]
    issued = invoice(of, draft(of, MARCH, [record(day, energy_wh=1000) for day in days]))
    assert [line.net for line in issued.lines] == [Decimal("0.03")] * 3
    assert [(entry.net, entry.vat) for entry in issued.vat] == [(Decimal("0.09"), Decimal("0.02"))]


def test_price_of_the_start_and_vat_of_the_end() -> None:
    of = contract(
        terms("2020-01-01", "2020-07-01", vat_rate="19"),
        terms("2020-07-01", "2021-01-01", vat_rate="16", price_per_kwh="0.45"),
        tokens=None,
    )
    over_midnight = record(datetime(2020, 6, 30, 20, tzinfo=UTC), hours=4)
    rated = rate(of, over_midnight)
    assert (rated.price_per_kwh, rated.vat_rate) == (Decimal("0.39"), Decimal(16))
    assert rated.month == BillingPeriod(2020, 7)


def test_a_session_that_outlasts_the_contract_is_billed_on_its_last_terms() -> None:
    of = contract(terms("2026-01-01", "2026-03-01"))
    (line,) = draft(of, MARCH, [record(datetime(2026, 2, 28, 20, tzinfo=UTC), hours=4)]).lines
    assert (line.unit_price, line.vat_rate) == (Decimal("0.39"), Decimal(19))


def test_a_late_record_is_a_line_of_its_own_month() -> None:
    late = record(datetime(2026, 2, 10, 8, tzinfo=UTC), energy_wh=1000)
    month = draft(contract(), MARCH, [record(energy_wh=2000), late])
    assert [line.description for line in month.lines] == [
        "Monthly fee",
        "Charging energy, supplied in 2026-02, recorded late",
        "Charging energy",
    ]
    assert (month.lines[1].first_day, month.lines[1].last_day) == (
        date(2026, 2, 1),
        date(2026, 2, 28),
    )
    assert [session.line for session in month.sessions] == [2, 3]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "days", "net"),
    [
        ("2026-03-01", "2026-04-01", None, "31.00"),
        ("2026-03-30", "2026-04-01", 2, "2.00"),
        ("2026-01-01", "2026-03-02", 1, "1.00"),
        ("2026-01-01", "2026-03-01", 0, None),
    ],
)
def test_the_fee_of_a_part_of_a_month_is_by_calendar_days(
    valid_from: str, valid_to: str, days: int | None, net: str | None
) -> None:
    lines = fee_lines(contract(terms(valid_from, valid_to, monthly_fee="31")), MARCH)
    assert [str(line.net) for line in lines] == ([net] if net else [])
    if days:
        assert (lines[0].quantity, lines[0].unit, lines[0].price_base) == (
            Decimal(days),
            Unit.DAY,
            31,
        )


def test_without_a_fee_and_sessions_there_are_no_lines() -> None:
    assert draft(contract(terms(monthly_fee="0")), MARCH, []).lines == ()


def test_a_session_of_no_energy_is_invoiced_too() -> None:
    month = draft(contract(terms(monthly_fee="0")), MARCH, [record(energy_wh=0)])
    assert [line.net for line in month.lines] == [0]
    assert len(month.sessions) == 1


prices = st.decimals(0, 2, places=4, allow_nan=False).map(str)
fees = st.decimals(0, 500, places=2, allow_nan=False).map(str)
rates = st.sampled_from(["0", "7", "16", "19", "19.0"])


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    changes = sorted(
        draw(st.sets(st.dates(date(2026, 2, 2), date(2026, 4, 30)), max_size=4))
        | {date(2026, 2, 1)}
    )
    ends = [str(day) for day in changes[1:]] + [draw(st.sampled_from([None, "2026-06-01"]))]
    return contract(
        *(
            terms(
                str(start),
                end,
                price_per_kwh=draw(prices),
                monthly_fee=draw(fees),
                vat_rate=draw(rates),
            )
            for start, end in zip(changes, ends, strict=True)
        )
    )


@st.composite
def fleets(draw: st.DrawFn) -> list[ChargingRecord]:
    numbers = count()
    february = datetime(2026, 2, 2, tzinfo=UTC)
    starts = st.integers(0, 87 * 24 * 60).map(lambda minutes: february + timedelta(minutes=minutes))
    return [
        record(
            start, hours=hours, energy_wh=energy, session_id=str(next(numbers)), token_uid="04A1"
        )
        for start, hours, energy in draw(
            st.lists(st.tuples(starts, st.floats(0, 90), st.integers(0, 10**6)), max_size=20)
        )
    ]


@given(of=contracts(), records=fleets(), shuffled=st.randoms())
def test_totals_add_up_whatever_the_order(
    of: Contract, records: list[ChargingRecord], shuffled: object
) -> None:
    issued = invoice(of, draft(of, MARCH, records))
    other_order = list(records)
    shuffled.shuffle(other_order)  # type: ignore[attr-defined] # a random.Random
    assert invoice(of, draft(of, MARCH, other_order)) == issued

    assert issued.net == sum(line.net for line in issued.lines)
    assert issued.total == issued.net + issued.vat_total
    assert issued.vat_total == sum(entry.vat for entry in issued.vat)
    assert len({entry.rate for entry in issued.vat}) == len(issued.vat)
    for entry in issued.vat:
        assert entry.net == sum(x.net for x in issued.lines if x.vat_rate == entry.rate)
        assert abs(entry.vat - entry.net * entry.rate / 100) <= Decimal("0.005")
    for number, line in enumerate(issued.lines, 1):
        assert abs(line.net - line.quantity * line.unit_price / line.price_base) <= Decimal("0.005")
        assert line.net == line.net.quantize(Decimal("0.01"))
        energy = sum(x.energy_wh for x in issued.sessions if x.line == number)
        assert line.unit is not Unit.KILOWATT_HOUR or line.quantity * 1000 == energy
    assert sorted(x.session_id for x in issued.sessions) == sorted(r.session_id for r in records)


@given(records=fleets())
def test_every_record_is_in_the_month_in_which_it_ended(records: list[ChargingRecord]) -> None:
    zone = contract().zone
    for each in records:
        month = rate(contract(), each).month
        start, end = month.bounds(zone)
        assert start <= each.ended_at < end
        assert each.ended_at - each.started_at >= timedelta(0)
