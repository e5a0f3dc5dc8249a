"""The planner: what holds for every site, every mix of sessions and every forecast."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.domain.smart_charging.demand import Demand
from services.charging.domain.smart_charging.limits import (
    ALL_PHASES,
    LEAST_MA,
    Fuse,
    Limit,
    Phase,
    Sharing,
    SiteLimits,
    Window,
)
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.planner import PATIENCE, plan
from services.charging.domain.smart_charging.quarters import QUARTER
from services.charging.domain.smart_charging.surplus import Surplus

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
HORIZON = timedelta(hours=6)


def quarter(number: int) -> datetime:
    return NOW + number * QUARTER


def demand(number: int = 1, **wish: object) -> Demand:
    given: dict[str, object] = {
        "session_id": UUID(int=number),
        "station_id": f"CP{number}",
        "begun_at": NOW - timedelta(minutes=number),
        "since": NOW - timedelta(minutes=number),
    }
    return Demand(**{**given, **wish})  # type: ignore[arg-type] # mypy cannot see the names


def amperes(value: int) -> Limit:
    return Limit(value * 1000, value * 1000, value * 1000)


limits_of_phases = st.builds(
    Limit, *[st.integers(0, 900).map(lambda tenths: tenths * 100) for _ in range(3)]
)
phases = st.sampled_from([ALL_PHASES, (Phase.L1,), (Phase.L2,), (Phase.L3, Phase.L1)])


@st.composite
def windows(draw: st.DrawFn) -> Window:
    begins = draw(st.integers(-3, 25))
    lasts = timedelta(minutes=draw(st.integers(1, 240)))
    begins_at = quarter(begins) + timedelta(minutes=draw(st.integers(0, 14)))
    return Window(begins_at, begins_at + lasts, draw(limits_of_phases))


@st.composite
def sites(draw: st.DrawFn, count: int) -> SiteLimits:
    stations = st.frozensets(st.sampled_from([f"CP{n}" for n in range(1, count + 1)]))
    return SiteLimits(
        connection=draw(limits_of_phases),
        windows=tuple(draw(st.lists(windows(), max_size=3))),
        fuses=tuple(
            draw(
                st.lists(
                    st.builds(
                        Fuse,
                        st.just("F"),
                        limits_of_phases,
                        stations,
                        st.sampled_from([None, None, 1, 2]),
                        st.lists(windows(), max_size=1).map(tuple),
                    ),
                    max_size=2,
                )
            )
        ),
        sharing=draw(st.sampled_from(Sharing)),
    )


@st.composite
def demands(draw: st.DrawFn, number: int) -> Demand:
    waited = timedelta(minutes=draw(st.integers(0, 120)))
    leaves = draw(st.none() | st.integers(-60, 600))
    return demand(
        number,
        charging=draw(st.booleans()),
        since=NOW - waited,
        phases=draw(phases),
        maximum_ma=draw(st.integers(60, 320)) * 100,
        priority=draw(st.integers(0, 3)),
        departure_at=None if leaves is None else NOW + timedelta(minutes=leaves),
        missing_wh=draw(st.none() | st.integers(0, 60_000)),
        prefers_solar=draw(st.booleans()),
        held_ma=draw(
            st.none() | st.none() | st.none() | st.integers(0, 320).map(lambda n: n * 100)
        ),
    )


Situation = tuple[SiteLimits, list[Demand], list[Surplus], datetime]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    count = draw(st.integers(1, 8))
    times = draw(st.lists(st.integers(-4, 24), unique=True, max_size=12))
    sun = [Surplus(quarter(n), draw(st.integers(-500, 30_000))) for n in sorted(times)]
    now = NOW + timedelta(seconds=draw(st.sampled_from([0, 0, 1, 450, 899])))
    return draw(sites(count)), [draw(demands(n)) for n in range(1, count + 1)], sun, now


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
