"""Sites of any kind, with any mix of sessions and any forecast, for the planner."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from services.charging.domain.smart_charging.demand import Demand
from services.charging.domain.smart_charging.limits import (
    ALL_PHASES,
    Fuse,
    Limit,
    Phase,
    Sharing,
    SiteLimits,
    Window,
)
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
        is_idle=draw(st.sampled_from([False, False, True])),
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
