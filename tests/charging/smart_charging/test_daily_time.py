"""Times of the day that come again, by the clock on the wall: also when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.charging.domain.smart_charging.daily_time import DailyTime, Weekday
from services.charging.domain.smart_charging.limits import DailyWindow, Limit, SiteLimits

BERLIN = "Europe/Berlin"
MINUTE = timedelta(minutes=1)
WORKDAYS = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}
EVERY_DAY = frozenset(Weekday)
SPRING = datetime(2026, 3, 28, 12, tzinfo=UTC)
"""The clocks of Berlin change in the night after; those of Lord Howe by half an hour."""
AUTUMN = datetime(2026, 10, 24, 12, tzinfo=UTC)
LORD_HOWE = datetime(2026, 4, 4, 0, tzinfo=UTC)

zones = st.sampled_from([BERLIN, "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"])
minutes_of_day = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(*divmod(minutes, 60)))
times = st.builds(
    DailyTime,
    minutes_of_day,
    minutes_of_day,
    st.frozensets(st.sampled_from(Weekday), min_size=1),
    zones,
)
moments = st.builds(
    lambda day, minutes: day + minutes * MINUTE,
    st.sampled_from([SPRING, AUTUMN, LORD_HOWE]),
    st.integers(0, 36 * 60),
)


def shows(when: DailyTime, at: datetime) -> bool:
    """By the clock on the wall and nothing else."""
    wall = at.astimezone(ZoneInfo(when.time_zone))
    today = list(Weekday)[wall.weekday()] in when.days
    yesterday = list(Weekday)[wall.weekday() - 1] in when.days
    shown = wall.time()
    if when.begins < when.ends:
        return today and when.begins <= shown < when.ends
    return (today and when.begins <= shown) or (yesterday and shown < when.ends)


@given(times, moments)
@example(DailyTime(time(2, 30), time(4), EVERY_DAY, BERLIN), AUTUMN + timedelta(hours=13))
@example(DailyTime(time(2, 30), time(2, 45), EVERY_DAY, BERLIN), SPRING + timedelta(hours=13))
def test_it_is_what_the_clock_on_the_wall_shows(when: DailyTime, at: datetime) -> None:
    assert when.touches(at, at + MINUTE) == shows(when, at)


@given(times, moments, st.integers(1, 10 * 60))
def test_a_longer_time_is_touched_when_one_of_its_minutes_is(
    when: DailyTime, at: datetime, minutes: int
) -> None:
    touched = any(shows(when, at + number * MINUTE) for number in range(minutes))
    assert when.touches(at, at + minutes * MINUTE) == touched


@pytest.mark.parametrize(
    ("day", "utc_hours"),
    [
        (date(2026, 3, 27), (16, 19)),
        (date(2026, 3, 28), None),  # Saturday
        (date(2026, 3, 30), (15, 18)),
        (date(2026, 10, 23), (15, 18)),
        (date(2026, 10, 26), (16, 19)),
    ],
)
def test_the_rush_hour_of_working_days(day: date, utc_hours: tuple[int, int] | None) -> None:
    rush_hour = DailyTime(time(17), time(20), WORKDAYS, BERLIN)
    midnight = datetime.combine(day, time(), UTC)
    hours = [
        hour
        for hour in range(24)
        if rush_hour.touches(midnight + hour * 60 * MINUTE, midnight + (hour + 1) * 60 * MINUTE)
    ]
    assert hours == ([] if utc_hours is None else list(range(*utc_hours)))


def test_the_lowest_of_all_limits_counts() -> None:
    night = DailyTime(time(22), time(6), frozenset({Weekday.FRIDAY}), BERLIN)
    limits = SiteLimits(Limit(30, 30, 30), daily=(DailyWindow(night, Limit(10, 40, 0)),))
    saturday = datetime(2026, 3, 28, tzinfo=UTC)
    quarter = timedelta(minutes=15)
    assert limits.within(saturday, saturday + quarter) == Limit(10, 30, 0)
    noon = saturday + timedelta(hours=12)
    assert limits.within(noon, noon + quarter) == Limit(30, 30, 30)


def test_without_a_plan_the_lowest_hour_of_the_week_counts_always() -> None:
    night = DailyTime(time(22), time(6), frozenset({Weekday.FRIDAY}), BERLIN)
    amperes = [Limit(n * 1000, n * 1000, n * 1000) for n in (30, 12)]
    limits = SiteLimits(amperes[0], daily=(DailyWindow(night, amperes[1]),))
    assert limits.unplanned_ma({"CP1": 2}, SPRING) == 6_000
