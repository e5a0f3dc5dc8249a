from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.charging_record import ChargingRecord, UnusableRecordError
from tests.billing.fleet import MARCH, record, session


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"token_uid": ""}, "token_uid"),
        ({"station_id": "a\0b"}, "station_id"),
        ({"session_id": "x" * 256}, "session_id"),
        ({"meter_stop_wh": 2**70, "energy_wh": 2**70 - 1000}, "meter_stop_wh"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"ended_at": MARCH - timedelta(seconds=1)}, "not in this order"),
        ({"started_at": datetime(14, 11, 18, tzinfo=UTC)}, "not in this order"),
        ({"meter_stop_wh": 999, "energy_wh": -1}, "energy_wh: -1, but the meter says 0"),
        ({"meter_stop_wh": 1500}, "energy_wh: 7780, but the meter says 500"),
    ],
)
def test_an_event_that_cannot_be_billed_says_why(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(UnusableRecordError, match=message):
        ChargingRecord.of(session(**changed))


def test_a_meter_that_went_backwards_is_a_record_of_nothing() -> None:
    assert record(meter_stop_wh=10, energy_wh=0).energy_wh == 0


def test_sessions_of_no_energy_no_time_or_days_are_records() -> None:
    assert record(energy_wh=0, hours=0).energy_wh == 0
    assert record(hours=100).ended_at == MARCH + timedelta(hours=100)


def test_tokens_are_compared_without_case() -> None:
    assert record(token_uid="04a1").token_uid == "04A1"


def test_its_month_is_the_one_on_the_clock_of_the_site() -> None:
    end_of_march = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
    assert record(end_of_march, hours=0).site_month == BillingPeriod(2026, 3)
    assert record(end_of_march, hours=0.02).site_month == BillingPeriod(2026, 4)
