from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.smart_charging.outcome import (
    Outcome,
    Reading,
    outcomes,
    together,
    total,
)
from services.charging.domain.smart_charging.plan import Allotment, Plan

NOW = datetime(2026, 3, 1, 6, 7, tzinfo=UTC)
SESSION = UUID(int=1)


def minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def planned(*parts: tuple[int, int], until: int) -> Plan:
    """Minutes at which a current in mA begins."""
    bounds = [*(minute(at) for at, _ in parts), minute(until)]
    currents = [current for _, current in parts]
    return Plan(bounds, {SESSION: Allotment(currents, 3, False, NOW)})


def test_a_plan_counts_until_the_next() -> None:
    first = planned((0, 6_000), (8, 12_000), until=600)
    second = planned((14, 0), (23, 10_000), until=600)
    readings = [Reading(minute(0), 100), Reading(minute(8), 700), Reading(minute(20), 1500)]
    begin, middle, end = outcomes(SESSION, [first, second], readings, NOW, minute(25))
    assert (begin.begins_at, begin.ends_at) == (NOW, minute(8))
    assert begin.allotted_wh == 690 * 6 * 8 // 60
    assert begin.metered_wh == 600
    assert middle.allotted_wh == 690 * 12 * 6 // 60
    assert middle.metered_wh is None  # The meter said nothing after it.
    assert end.allotted_wh == 690 * 10 * 2 // 60


def test_a_plan_without_the_session_ends_its_allotment() -> None:
    first = planned((0, 6_000), until=600)
    without = Plan([minute(5), minute(600)], {})
    [quarter] = outcomes(SESSION, [first, without], [], NOW, minute(8))
    assert quarter.allotted_wh == 690 * 6 * 5 // 60


@given(st.lists(st.integers(0, 32).map(lambda a: a * 1000), min_size=1, max_size=9))
def test_replanning_the_same_promises_the_same(currents: list[int]) -> None:
    until = 8 + 15 * len(currents)
    parts = [(0 if n == 0 else 8 + 15 * (n - 1), current) for n, current in enumerate(currents)]
    once = [planned(*parts, until=until)]
    often = [planned(*parts[n:], until=until) for n in range(len(parts))]
    assert outcomes(SESSION, often, [], NOW, minute(60)) == outcomes(
        SESSION, once, [], NOW, minute(60)
    )


def test_what_one_meter_does_not_tell_nobody_knows_of_all() -> None:
    quarter = [minute(-7), minute(8), minute(23)]
    told = Outcome(NOW, quarter[1], 5, 4)
    silent = Outcome(quarter[0], quarter[1], 7, None)
    later = Outcome(quarter[1], quarter[2], 1, 1)
    assert together([later, told, silent]) == [Outcome(quarter[0], quarter[1], 12, None), later]
    assert total([told, later]) == (6, 5)
