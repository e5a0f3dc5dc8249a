"""Planning a site's day, beside an equal split of the same room.

python -m benchmarks.site_planning --sessions 200
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from uuid import UUID

from services.charging.domain.smart_charging.demand import Demand
from services.charging.domain.smart_charging.limits import Fuse, Limit, SiteLimits, Window
from services.charging.domain.smart_charging.plan import Allotment, Plan
from services.charging.domain.smart_charging.planner import plan
from services.charging.domain.smart_charging.surplus import Surplus

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def main() -> None:
    """Print a line for each number of sessions."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[10, 50, 200])
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    for sessions in wanted.sessions:
        site, demands, sun = situation(sessions)
        split, planned = equal_split(site, demands, NOW), plan(site, demands, sun, NOW)
        floor = min(
            _seconds(partial(equal_split, site, demands, NOW)) for _ in range(wanted.rounds)
        )
        took = min(_seconds(partial(plan, site, demands, sun, NOW)) for _ in range(wanted.rounds))
        sys.stdout.write(
            f"{sessions} sessions, 96 quarters of an hour: {1000 * took:.0f} ms,"
            f" {took / floor:.1f} times an equal split;"
            f" departures served {_served(planned, demands)} of {len(demands)},"
            f" by the equal split {_served(split, demands)}\n"
        )


def situation(sessions: int) -> tuple[SiteLimits, list[Demand], list[Surplus]]:
    """A day at work: a connection that is short of what they could draw, less at noon."""
    chance = random.Random(sessions)  # noqa: S311 — the same site at every run
    stations = [f"CP{number}" for number in range(sessions)]
    connection = sessions * 7_000
    noon = Window(NOW + 5 * HOUR, NOW + 6 * HOUR, Limit(*[connection // 4] * 3))
    rows = tuple(
        Fuse(f"row {first}", Limit(*[connection] * 3), frozenset(stations[first::2]))
        for first in range(2)
    )
    demands = [
        Demand(
            session_id=UUID(int=number),
            station_id=station,
            begun_at=NOW,
            since=NOW,
            maximum_ma=chance.choice([16_000, 32_000]),
            departure_at=NOW + chance.randrange(3, 11) * HOUR,
            missing_wh=chance.randrange(3_000, 30_000),
            prefers_solar=chance.random() < 0.2,
        )
        for number, station in enumerate(stations)
    ]
    sun = [Surplus(NOW + number * HOUR / 4, sessions * 500) for number in range(32)]
    return SiteLimits(Limit(*[connection] * 3), (noon,), fuses=rows), demands, sun


def equal_split(site: SiteLimits, demands: Sequence[Demand], now: datetime) -> Plan:
    """The floor: everyone the same current in every interval, come what may."""
    bounds = [now + number * HOUR / 4 for number in range(97)]
    currents = []
    for begins_at, ends_at in pairwise(bounds):
        limit = site.within(begins_at, ends_at)
        share = min(limit.l1, limit.l2, limit.l3) // len(demands) // 100 * 100
        currents.append([min(share, one.maximum_ma) for one in demands])
    columns = zip(*currents, strict=True)
    return Plan(
        bounds,
        {
            one.session_id: Allotment.to(one, column)
            for one, column in zip(demands, columns, strict=True)
        },
    )


def _served(planned: Plan, demands: Sequence[Demand]) -> int:
    return sum(
        planned.promised_wh(one.session_id, one.departure_at) >= one.missing_wh
        for one in demands
        if one.departure_at and one.missing_wh is not None
    )


def _seconds(work: Callable[[], object]) -> float:
    began_at = time.perf_counter()
    work()
    return time.perf_counter() - began_at


if __name__ == "__main__":
    main()
