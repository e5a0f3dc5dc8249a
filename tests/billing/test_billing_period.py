from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.billing_period import BillingPeriod

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(("month", "hours"), [("2026-03", 743), ("2026-10", 745), ("2026-06", 720)])
def test_a_months_hours_follow_the_clock_changes(month: str, hours: int) -> None:
    start, end = BillingPeriod.parse(month).bounds(BERLIN)
    assert (end - start).total_seconds() == hours * 3600


def test_a_month_begins_at_local_midnight() -> None:
    start, end = BillingPeriod.parse("2026-03").bounds(BERLIN)
    assert start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert end == datetime(2026, 3, 31, 22, tzinfo=UTC)


@given(
    instant=st.integers(946_800_000, 4_102_444_800).map(lambda s: datetime.fromtimestamp(s, UTC)),
    zone=st.sampled_from(
        ["Europe/Berlin", "Africa/Cairo", "America/Havana", "Asia/Beirut", "Pacific/Apia", "UTC"]
    ).map(ZoneInfo),
)
def test_every_instant_is_in_exactly_one_month(instant: datetime, zone: ZoneInfo) -> None:
    period = BillingPeriod.of(instant, zone)
    start, end = period.bounds(zone)
    assert start <= instant < end
    assert BillingPeriod.of(end, zone) == BillingPeriod(
        period.next_first_day.year, period.next_first_day.month
    )


@pytest.mark.parametrize("text", ["2026-13", "2026-3", "0000-01", "March", "2026-03-01", "²026-03"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is a month like 2026-10"):
        BillingPeriod.parse(text)


@pytest.mark.parametrize("text", ["2026-03", "0999-12"])
def test_a_month_is_written_as_it_is_read(text: str) -> None:
    assert str(BillingPeriod.parse(text)) == text
