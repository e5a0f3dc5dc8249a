"""How the planner shares: one example for each rule."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.charging.domain.smart_charging.limits import (
    LEAST_MA,
    Fuse,
    Phase,
    Sharing,
    SiteLimits,
)
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.planner import plan
from services.charging.domain.smart_charging.surplus import Surplus
from tests.charging.smart_charging.sites import (
    NOW,
    amperes,
    demand,
    quarter,
)


def first(planned: Plan, *numbers: int) -> list[int]:
    return [planned.allotments[UUID(int=number)].currents[0] // 1000 for number in numbers]


def test_all_share_alike() -> None:
    planned = plan(
        SiteLimits(amperes(40)), [demand(1), demand(2), demand(3, maximum_ma=8000)], [], NOW
    )
    assert first(planned, 1, 2, 3) == [16, 16, 8]


def test_the_higher_priority_has_its_most_first() -> None:
    asking = [demand(1), demand(2, priority=5), demand(3)]
    planned = plan(SiteLimits(amperes(48), sharing=Sharing.PRIORITY), asking, [], NOW)
    assert first(planned, 1, 2, 3) == [8, 32, 8]
    assert first(plan(SiteLimits(amperes(48)), asking, [], NOW), 1, 2, 3) == [16, 16, 16]


def test_those_who_find_no_room_take_turns() -> None:
    asking = [demand(number) for number in range(1, 4)]
    planned = plan(SiteLimits(amperes(13)), asking, [], NOW)
    hours = [
        {n for n in range(1, 4) if planned.allotments[UUID(int=n)].currents[quarters]}
        for quarters in range(0, 48, 4)
    ]
    assert all(len(charging) == 2 for charging in hours)
    assert len(set(map(frozenset, hours))) == 3


def test_single_phases_share_only_their_own() -> None:
    asking = [
        demand(1, phases=(Phase.L1,)),
        demand(2, phases=(Phase.L1,)),
        demand(3, phases=(Phase.L2,)),
    ]
    assert first(plan(SiteLimits(amperes(20)), asking, [], NOW), 1, 2, 3) == [10, 10, 20]


def test_a_fuse_binds_its_own_stations() -> None:
    fuse = Fuse("Row A", amperes(16), frozenset({"CP1", "CP2"}))
    asking = [demand(1), demand(2), demand(3)]
    assert first(plan(SiteLimits(amperes(63), fuses=(fuse,)), asking, [], NOW), 1, 2, 3) == [
        8,
        8,
        32,
    ]


def test_the_sun_goes_to_those_who_prefer_it_and_only_the_sun() -> None:
    sun = [Surplus(quarter(n), 6900) for n in range(2)]
    asking = [demand(1, prefers_solar=True), demand(2)]
    planned = plan(SiteLimits(amperes(40)), asking, sun, NOW)
    assert first(planned, 1, 2) == [10, 30]
    # After the sun: a turn an hour for who named no departure, of the least current.
    later = planned.allotments[UUID(int=1)].currents[4:]
    assert set(later) == {0, LEAST_MA}


def test_who_waits_for_the_sun_leaves_with_what_it_wants() -> None:
    wants = demand(
        prefers_solar=True, departure_at=quarter(24), missing_wh=11_040, maximum_ma=16_000
    )
    sun = [*(Surplus(quarter(n), 5520) for n in range(4)), Surplus(quarter(4), 0)]
    planned = plan(SiteLimits(amperes(40)), [wants], sun, NOW)
    currents = planned.allotments[UUID(int=1)].currents
    assert currents[:4] == [8000] * 4  # half of it from the sun
    assert currents[4:18] == [0] * 14
    assert planned.promised_wh(UUID(int=1), quarter(20)) >= 11_040  # an hour early


def test_what_cannot_be_told_otherwise_is_kept_free() -> None:
    asking = [demand(1, held_ma=32_000), demand(2)]
    assert first(plan(SiteLimits(amperes(40)), asking, [], NOW), 1, 2) == [32, 8]
    assert first(plan(SiteLimits(amperes(20)), asking, [], NOW), 1, 2) == [32, 0]


@pytest.mark.parametrize(("minutes", "goes_on"), [(1, True), (0, False)])
def test_a_turn_that_has_begun_is_not_taken_away(minutes: int, goes_on: bool) -> None:
    now = NOW + timedelta(minutes=minutes)
    charging = demand(1, charging=True, since=NOW - timedelta(minutes=30))
    overdue = demand(2, since=NOW - timedelta(hours=2))
    planned = plan(SiteLimits(amperes(8)), [charging, overdue], [], now)
    assert first(planned, 1, 2) == ([8, 0] if goes_on else [0, 8])


def test_who_takes_nothing_makes_room_at_the_next_quarter_and_has_its_turn() -> None:
    idle = demand(1, charging=True, since=NOW - timedelta(minutes=30), is_idle=True)
    planned = plan(SiteLimits(amperes(8)), [idle, demand(2)], [], NOW + timedelta(minutes=1))
    currents = [planned.allotments[UUID(int=number)].currents for number in (1, 2)]
    assert [current // 1000 for current in currents[0][:7]] == [8, 0, 0, 0, 0, 8, 0]
    assert [current // 1000 for current in currents[1][:7]] == [0, 8, 8, 8, 8, 0, 8]
