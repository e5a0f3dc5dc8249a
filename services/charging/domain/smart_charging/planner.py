"""The planner: a site's limits and its sessions' demands in, currents out.

Interval by interval, each session gets its minimum or nothing, then more, in this order:

1. what stations draw, or may begin to draw unseen, that cannot be told otherwise;
2. turns: whoever waited longer than `PATIENCE`, the longest first, so that nobody is starved;
3. departures: what a session needs now to have its energy in time, the least slack first;
4. solar surplus, to those who prefer it;
5. the minimum of everyone else;
6. what is left, to all alike.

Deterministic: nothing but the arguments counts. A session whose minimum fits beside what is held
gets its turn within `PATIENCE` and one interval for each other session.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from services.charging.domain.smart_charging.demand import Demand, Reserve
from services.charging.domain.smart_charging.limits import (
    ALL_PHASES,
    NOMINAL_V,
    Sharing,
    SiteLimits,
)
from services.charging.domain.smart_charging.need import Wish
from services.charging.domain.smart_charging.plan import Allotment, Plan
from services.charging.domain.smart_charging.quarters import QUARTER, next_quarter, quarters
from services.charging.domain.smart_charging.room import Lines, Room, fill
from services.charging.domain.smart_charging.surplus import Surplus, least_surplus

HORIZON = timedelta(hours=24)
PATIENCE = timedelta(hours=1)
"""How long a session waits at most before its turn comes up."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def plan(
    limits: SiteLimits,
    demands: Iterable[Demand],
    surplus: Sequence[Surplus],
    now: datetime,
    *,
    reserves: Sequence[Reserve] = (),
    horizon: timedelta = HORIZON,
) -> Plan:
    """The plan from `now` on, in quarters of an hour of the clock; the first one is begun."""
    bounds = quarters(now, next_quarter(now) + horizon - QUARTER)
    site = _Site(limits, surplus, bounds)
    ordered = sorted(demands, key=lambda demand: (demand.begun_at, demand.session_id))
    held = [demand for demand in ordered if demand.held_ma is not None]
    rooms = [site.room(number, [*held, *reserves]) for number in range(len(bounds) - 1)]
    wishes = [
        Wish(demand, site.lines(demand), bounds, rooms)
        for demand in ordered
        if demand.held_ma is None
    ]
    for number, room in enumerate(rooms):
        _share(number, bounds, room, wishes, site)
    return Plan(
        bounds,
        {wish.demand.session_id: wish.allotment() for wish in wishes}
        | {
            demand.session_id: Allotment.to(demand, [demand.held_ma or 0] * len(rooms))
            for demand in held
        },
    )


def _share(
    number: int, bounds: Sequence[datetime], room: Room, wishes: list[Wish], site: "_Site"
) -> None:
    asking = [wish for wish in wishes if wish.asks(number)]
    by_priority = site.limits.sharing is Sharing.PRIORITY

    def rank(wish: Wish) -> int:
        return -wish.demand.priority if by_priority else 0

    _take_turns(asking, bounds[number], bounds[number + 1], room)
    for wish in sorted(asking, key=lambda wish: (rank(wish), wish.slack(number))):
        need = wish.need(number)
        if need and wish.share.begin(wish.minimum, room):
            wish.share.raise_to(need, room)
    _share_surplus([wish for wish in asking if wish.demand.prefers_solar], room, site)
    others = [wish for wish in asking if not wish.demand.prefers_solar]
    # Those that charge go on before those that pause: contactors wear, and turns come anyway.
    for wish in sorted(others, key=lambda wish: (rank(wish), *_order(wish))):
        wish.share.begin(wish.minimum, room)
    for tier in sorted({rank(wish) for wish in others}):
        charging = (wish for wish in others if rank(wish) == tier and wish.share.current)
        fill([wish.share for wish in charging], room)
    for wish in wishes:
        wish.settle(number)


def _take_turns(asking: list[Wish], begins_at: datetime, ends_at: datetime, room: Room) -> None:
    turns = [wish for wish in asking if not wish.waits_for_sun]
    waiting = [wish for wish in turns if not wish.charging]
    overdue = [wish for wish in waiting if begins_at - wish.since >= PATIENCE]
    if ends_at - begins_at < QUARTER:
        # A plan in the midst of an interval takes away no turn that has begun.
        overdue += [wish for wish in turns if wish.charging]
    for wish in sorted(overdue, key=_order):
        wish.share.begin(wish.minimum, room)


def _order(wish: Wish) -> tuple[bool, bool, timedelta]:
    """Who charges goes on, unless it did so the longest; then who waits the longest.

    Last who might charge and takes nothing.
    """
    since = wish.since - _EPOCH
    if wish.charging:
        return wish.demand.is_idle, False, -since
    return False, True, since


def _share_surplus(preferring: list[Wish], room: Room, site: "_Site") -> None:
    """What they have already comes out of the surplus first."""
    for wish in preferring:
        room.take(((site.sun, len(wish.demand.phases)),), wish.share.current)
    for wish in preferring:
        wish.share.lines = (*wish.lines, (site.sun, len(wish.demand.phases)))
        wish.share.begin(wish.minimum, room)
    fill([wish.share for wish in preferring if wish.share.current], room)


class _Site:
    """The lines of a site: its connection's phases, those of each fuse, and its surplus."""

    def __init__(
        self, limits: SiteLimits, surplus: Sequence[Surplus], bounds: Sequence[datetime]
    ) -> None:
        self.limits = limits
        self.sun = 3 + 3 * len(limits.fuses)
        self._amounts = []
        for begins_at, ends_at in pairwise(bounds):
            least = [limits.within(begins_at, ends_at)]
            least += [fuse.within(begins_at, ends_at) for fuse in limits.fuses]
            sun = least_surplus(surplus, begins_at, ends_at) * 1000 // NOMINAL_V
            self._amounts.append([*(one.of(p) for one in least for p in ALL_PHASES), sun])

    def lines(self, demand: Demand | Reserve) -> Lines:
        """What it loads."""
        behind = [
            3 + 3 * number
            for number, fuse in enumerate(self.limits.fuses)
            if fuse.carries(demand.station_id, demand.connector_id)
        ]
        return tuple((first + phase, 1) for first in (0, *behind) for phase in demand.phases)

    def room(self, number: int, held: Iterable[Demand | Reserve]) -> Room:
        """What an interval offers beside the currents that are held."""
        room = Room(self._amounts[number])
        for demand in held:
            room.take(self.lines(demand), demand.held_ma or 0)
        return room
