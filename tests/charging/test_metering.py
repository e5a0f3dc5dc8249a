from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.metering import energy_register, trusted
from services.charging.domain.ocpp16.meter_value import (
    Location,
    MeterValue,
    SampledValue,
    UnitOfMeasure,
)
from services.charging.domain.quarantine import Rule

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def register(*samples: SampledValue) -> tuple[int | None, list[Rule]]:
    value = MeterValue(timestamp=NOW, sampled_value=list(samples))
    _, register_wh, findings = energy_register([value], NOW)
    return register_wh, [finding.rule for finding in findings]


@pytest.mark.parametrize(
    ("value", "unit", "watt_hours"),
    [
        ("1234", None, 1234),
        ("1234", "Wh", 1234),
        ("12.345", "kWh", 12345),
        ("1e3", "Wh", 1000),
        ("-5", "Wh", -5),
    ],
)
def test_units(value: str, unit: UnitOfMeasure | None, watt_hours: int) -> None:
    assert register(SampledValue(value=value, unit=unit)) == (watt_hours, [])


@given(st.integers(0, 10**12))
def test_kilowatt_hours_are_exact(watt_hours: int) -> None:
    value = f"{watt_hours // 1000}.{watt_hours % 1000:03}"
    assert register(SampledValue(value=value, unit="kWh"))[0] == watt_hours


@pytest.mark.parametrize("value", ["", "NaN", "Infinity", "a lot", "9" * 40])
def test_what_is_no_number_is_told(value: str) -> None:
    assert register(SampledValue(value=value)) == (None, [Rule.METER_VALUE_UNREADABLE])


def test_other_measurands_phases_and_signed_data_are_no_register() -> None:
    assert register(
        SampledValue(value="7", measurand="Power.Active.Import", unit="kW"),
        SampledValue(value="7", phase="L1"),
        SampledValue(value="OCMF|{}", format="SignedData"),
    ) == (None, [])


@pytest.mark.parametrize("location", ["EV", "Inlet"])
def test_registers_of_the_vehicle_and_of_the_grid_are_not_the_connectors(
    location: Location,
) -> None:
    outlet = SampledValue(value="1000", location="Outlet")
    assert register(outlet, SampledValue(value="55", location=location)) == (1000, [])


def test_unset_clocks_get_the_time_of_receipt() -> None:
    when, [finding] = trusted(datetime(2000, 1, 1, tzinfo=UTC), NOW)
    assert (when, finding.rule) == (NOW, Rule.CLOCK_NOT_SET)
    assert trusted(datetime(2014, 11, 18, tzinfo=UTC), NOW)[1] == []


def test_clocks_that_are_ahead_get_the_time_of_receipt() -> None:
    when, [finding] = trusted(NOW + timedelta(hours=2), NOW)
    assert (when, finding.rule) == (NOW, Rule.CLOCK_AHEAD)
    a_little = NOW + timedelta(minutes=5)
    assert trusted(a_little, NOW) == (a_little, [])
