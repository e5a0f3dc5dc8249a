"""What stations hear of a plan."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.smart_charging.plan import Allotment, Plan
from services.charging.domain.smart_charging.quarters import quarters
from services.charging.domain.smart_charging.schedule import (
    MOST_PERIODS,
    current,
    ends_at,
    schedule,
)

ONE = UUID(int=1)
AT = datetime(2026, 3, 1, 6, 7, 3, 400_000, tzinfo=UTC)


def planned(currents: list[int], at: datetime = AT) -> Plan:
    bounds = quarters(at, at + timedelta(hours=24))[: len(currents) + 1]
    return Plan(bounds, {ONE: Allotment(currents, 3, True, at)})


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2026, 3, 1, 6, 0, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC)),
        (datetime(2026, 3, 1, 6, 59, 59, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC)),
        (datetime(2026, 3, 1, 23, 7, tzinfo=UTC), datetime(2026, 3, 2, 1, tzinfo=UTC)),
    ],
)
def test_all_of_an_hour_s_plans_are_told_until_one_moment(at: datetime, until: datetime) -> None:
    assert ends_at(at) == until
    for currents in ([6_000] * 40, [6_000, 0] * 20):
        assert schedule(planned(currents, at), ONE)[-1].ends_at == until


@given(
    st.lists(st.sampled_from([0, 6_000, 7_000, 16_000]), min_size=9, max_size=40),
    st.integers(1, MOST_PERIODS),
)
def test_few_periods_never_say_more_than_the_plan(currents: list[int], most: int) -> None:
    plan = planned(currents)
    steps = schedule(plan, ONE, most)
    assert 1 <= len(steps) <= most
    assert steps[0].begins_at == AT
    assert all(one.ends_at == other.begins_at for one, other in pairwise(steps))
    for at in plan.bounds:
        told = current(steps, at)
        if at >= ends_at(AT):
            assert told is None
        elif most == MOST_PERIODS:
            assert told == plan.current(ONE, at)
        else:
            assert told is not None
            assert told <= (plan.current(ONE, at) or 0)
