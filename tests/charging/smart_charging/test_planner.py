"""The planner: what holds for every site, every mix of sessions and every forecast."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.domain.smart_charging.demand import Demand
from services.charging.domain.smart_charging.limits import (
    ALL_PHASES,
    LEAST_MA,
    Fuse,
    Limit,
    Phase,
    SiteLimits,
)
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.planner import PATIENCE, plan
from services.charging.domain.smart_charging.quarters import QUARTER
from tests.charging.smart_charging.sites import (
    HORIZON,
    NOW,
    Situation,
    demand,
    demands,
    quarter,
    sites,
    situations,
)


def made(situation: Situation) -> Plan:
    limits, asking, sun, now = situation
    return plan(limits, asking, sun, now, horizon=HORIZON)


def behind(fuse: Fuse) -> frozenset[str]:
    """Whose sessions it carries: all of them are at connector 1."""
    return fuse.stations if fuse.connector_id in (None, 1) else frozenset()


def load(
    planned: Plan, asking: Sequence[Demand], interval: int, phase: Phase, stations: frozenset[str]
) -> int:
    return sum(
        planned.allotments[one.session_id].currents[interval]
        for one in asking
        if phase in one.phases and one.station_id in stations
    )


@settings(max_examples=80, deadline=None)
@given(situations())
def test_no_line_ever_carries_more_than_its_limit(situation: Situation) -> None:
    limits, asking, _, _ = situation
    planned = made(situation)
    everywhere = frozenset(one.station_id for one in asking)
    held = [one for one in asking if one.held_ma is not None]
    for interval, (begins_at, ends_at) in enumerate(
        zip(planned.bounds, planned.bounds[1:], strict=False)
    ):
        lines = [(limits.connection, limits.windows, everywhere)]
        lines += [(fuse.limit, fuse.windows, behind(fuse)) for fuse in limits.fuses]
        least = [(limit, stations) for limit, _, stations in lines]
        least += [
            (window.limit, stations)
            for _, windows, stations in lines
            for window in windows
            if window.begins_at < ends_at and begins_at < window.ends_at
        ]
        for limit, stations in least:
            for phase in ALL_PHASES:
                carried = load(planned, asking, interval, phase, stations)
                cannot_help = load(planned, held, interval, phase, stations)
                assert carried <= max(limit.of(phase), cannot_help)


@settings(max_examples=80, deadline=None)
@given(situations())
def test_a_session_charges_as_a_vehicle_can_or_not_at_all(situation: Situation) -> None:
    _, asking, _, _ = situation
    planned = made(situation)
    for one in asking:
        currents = planned.allotments[one.session_id].currents
        if one.held_ma is not None:
            assert set(currents) == {one.held_ma}
            continue
        assert all(c == 0 or LEAST_MA <= c <= one.maximum_ma for c in currents)
        assert all(c % 100 == 0 for c in currents)
        if one.departure_at and one.departure_at > planned.bounds[0]:
            gone = [
                c for c, at in zip(currents, planned.bounds, strict=False) if at >= one.departure_at
            ]
            assert not any(gone)


def test_nobody_pauses_for_a_plan_made_in_the_last_moment_of_a_quarter() -> None:
    limits = SiteLimits(Limit(32_000, 32_000, 32_000))
    planned = plan(limits, [demand(charging=True)], [], NOW - timedelta(milliseconds=400))
    assert set(planned.allotments[UUID(int=1)].currents) == {32_000}


@settings(max_examples=80, deadline=None)
@given(situations())
def test_nobody_is_starved(situation: Situation) -> None:
    """Whoever wants energy, and could have it alone, has a turn in every so many intervals."""
    limits, asking, _, _ = situation
    planned = made(situation)
    held = [one for one in asking if one.held_ma is not None]
    longest = PATIENCE // QUARTER + len(asking)
    for one in asking:
        waits_for_sun = one.prefers_solar and one.departure_at and one.missing_wh is not None
        if one.held_ma is not None or waits_for_sun:
            continue
        waited, got = 0, 0
        for interval, current in enumerate(planned.allotments[one.session_id].currents):
            begins_at, ends_at = planned.bounds[interval], planned.bounds[interval + 1]
            got += current * 230 * len(one.phases) * int((ends_at - begins_at).total_seconds())
            alone = min(
                limit.of(phase) - load(planned, held, interval, phase, stations)
                for limit, stations in [
                    (limits.within(begins_at, ends_at), frozenset(d.station_id for d in asking)),
                    *(
                        (fuse.within(begins_at, ends_at), behind(fuse))
                        for fuse in limits.fuses
                        if one.station_id in behind(fuse)
                    ),
                ]
                for phase in one.phases
            )
            there = one.departure_at is None or not NOW < one.departure_at <= begins_at
            wants = one.missing_wh is None or got < one.missing_wh * 3_600_000
            could = there and wants and alone >= LEAST_MA and not current
            waited = waited + 1 if could else 0
            assert waited <= longest


@settings(max_examples=50, deadline=None)
@given(situations(), st.randoms(use_true_random=False))
def test_the_same_is_planned_for_the_same(situation: Situation, chance: Random) -> None:
    limits, asking, sun, now = situation
    shuffled = chance.sample(asking, len(asking))
    assert made((limits, shuffled, sun, now)).allotments == made(situation).allotments


@settings(max_examples=100, deadline=None)
@given(sites(1), demands(1))
def test_a_departure_is_served_when_it_can_be(limits: SiteLimits, one: Demand) -> None:
    """Alone at a site, whatever its limits do in time."""
    most = plan(limits, [demand(phases=one.phases, maximum_ma=one.maximum_ma)], [], NOW)
    leaves_at = NOW + timedelta(hours=5, minutes=7)
    possible = most.promised_wh(UUID(int=1), leaves_at)
    wants = demand(
        phases=one.phases,
        maximum_ma=one.maximum_ma,
        departure_at=leaves_at,
        missing_wh=possible,
        prefers_solar=False,
    )
    assert plan(limits, [wants], [], NOW).promised_wh(UUID(int=1), leaves_at) >= possible


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5 * 4), st.integers(60, 320)), min_size=1, max_size=6),
    st.integers(0, 3),
)
def test_departures_are_served_when_even_currents_fit(
    wanted: list[tuple[int, int]], greedy: int
) -> None:
    """However much others would take: (quarters until the departure, even current) of each."""
    served = [
        demand(
            number,
            departure_at=quarter(quarters),
            missing_wh=tenths * 100 * 690 * quarters * 900 // 3_600_000,
        )
        for number, (quarters, tenths) in enumerate(wanted, 1)
    ]
    others = [demand(number) for number in range(100, 100 + greedy)]
    room = sum(tenths * 100 for _, tenths in wanted) + greedy * LEAST_MA
    planned = plan(SiteLimits(Limit(room, room, room)), [*served, *others], [], NOW)
    for one in served:
        assert one.departure_at
        assert one.missing_wh is not None
        assert planned.promised_wh(one.session_id, one.departure_at) >= one.missing_wh
