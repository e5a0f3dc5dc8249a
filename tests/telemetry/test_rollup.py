from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lambdas.telemetry.domain.rollup import Sample, roll_up, roll_up_hours
from lambdas.telemetry.domain.status import Status

START = datetime(2026, 10, 25, tzinfo=UTC)
END = START + timedelta(days=1)


def sample(minute: float, solar_power_w: str | None, **more: object) -> Sample:
    power = None if solar_power_w is None else Decimal(solar_power_w)
    status = Status(solar_power_w=power, **more)  # type: ignore[arg-type]  # fields by name
    return Sample(START + timedelta(minutes=minute), "status", status)


def test_a_day_of_minutes_is_its_power_times_24_hours() -> None:
    day = [sample(minute, "1000.5") for minute in range(1440)]
    rollup = roll_up(day, START, END)
    assert rollup.solar_energy_wh == 24012
    assert rollup.sample_count == 1440


def test_one_lost_status_is_bridged_and_a_longer_silence_is_not() -> None:
    assert roll_up([sample(0, "6000"), sample(2, "0")], START, END).solar_energy_wh == 200
    assert roll_up([sample(0, "6000"), sample(2.5, "0")], START, END).solar_energy_wh == 100


def test_a_negative_night_counts_against_the_day() -> None:
    night = [sample(minute, "-2.5") for minute in range(60)]
    assert roll_up(night, START, END).solar_energy_wh == -2


def test_peaks_and_faults() -> None:
    rollup = roll_up(
        [
            sample(0, "1.5", temperature_c=Decimal(20), fault_codes=("7", "12")),
            sample(1, None, fault_codes=("12",)),
            sample(2, "0.5", temperature_c=Decimal(21)),
        ],
        START,
        END,
    )
    assert rollup.solar_power_peak_w == Decimal("1.5")
    assert rollup.temperature_peak_c == 21
    assert rollup.fault_codes == ("12", "7")
    assert rollup.grid_energy_wh is None


def test_nothing_amounts_to_nothing() -> None:
    rollup = roll_up([], START, END)
    assert (rollup.sample_count, rollup.solar_energy_wh, rollup.solar_power_peak_w) == (0,) + (
        None,
    ) * 2
    assert roll_up_hours([]) == []


def test_hours_are_those_of_utc_also_when_summer_time_ends() -> None:
    day = [sample(minute, "60") for minute in range(1440)]
    hours = roll_up_hours(day)
    assert [hour.start.hour for hour in hours] == list(range(24))
    assert {hour.solar_energy_wh for hour in hours} == {60}


@given(st.lists(st.integers(0, 1439), unique=True, max_size=60))
def test_energy_is_never_more_than_its_minutes_could_hold(minutes: list[int]) -> None:
    some = [sample(minute, "6000") for minute in sorted(minutes)]
    energy = roll_up(some, START, END).solar_energy_wh
    assert 100 * len(some) <= (energy or 0) <= 200 * len(some)
