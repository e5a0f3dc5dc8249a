"""What a session needs in each interval, to have its energy when it leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

from services.charging.domain.smart_charging.demand import Demand
from services.charging.domain.smart_charging.limits import STEP_MA
from services.charging.domain.smart_charging.plan import (
    Allotment,
    energy_mws,
    milliwatt_seconds,
)
from services.charging.domain.smart_charging.room import Lines, Room, Share

SUN_MARGIN = timedelta(hours=1)
"""Who waits for the sun turns to the grid so much earlier than need be."""
_NEVER = 1 << 62


class Wish:
    """A demand while the plan is made: what it got so far, and what could come later."""

    def __init__(
        self, demand: Demand, lines: Lines, bounds: Sequence[datetime], rooms: Sequence[Room]
    ) -> None:
        """`rooms`: what each interval offers before anybody took of it."""
        self.demand = demand
        self.lines = lines
        self.minimum = -(-demand.minimum_ma // STEP_MA) * STEP_MA
        self.charging = demand.charging
        self.since = demand.since
        self._most = demand.maximum_ma // STEP_MA * STEP_MA
        self._missing = (
            None if demand.missing_wh is None else milliwatt_seconds(max(0, demand.missing_wh))
        )
        # Who stays beyond the departure that was named has not named any.
        leaves_at = demand.departure_at
        self._leaves_at = leaves_at if leaves_at and leaves_at > bounds[0] else None
        self._bounds = bounds
        self._seconds = [_seconds(begin, end, self._leaves_at) for begin, end in pairwise(bounds)]
        self._must_be_ready = self._leaves_at is not None and self._missing is not None
        if self._must_be_ready:
            self._look_ahead(bounds, rooms)
        self._currents: list[int] = []
        self.share = Share(lines, 0)

    def _look_ahead(self, bounds: Sequence[datetime], rooms: Sequence[Room]) -> None:
        """The seconds in which it can charge, and the energy at most, after each interval."""
        ready_by = self._leaves_at
        if self.demand.prefers_solar and ready_by is not None:
            ready_by -= SUN_MARGIN
        self._later_seconds = [0] * len(rooms)
        self._later_energy = [0] * len(rooms)
        seconds = energy = 0
        for number in range(len(rooms) - 1, -1, -1):
            self._later_seconds[number], self._later_energy[number] = seconds, energy
            current = min(self._most, rooms[number].on(self.lines))
            if current >= self.minimum:
                usable = _seconds(bounds[number], bounds[number + 1], ready_by)
                seconds += usable
                energy += self._energy(current, usable)

    @property
    def waits_for_sun(self) -> bool:
        """Whether it would rather not charge than take from the grid, for now."""
        return self.demand.prefers_solar and self._must_be_ready

    def asks(self, number: int) -> bool:
        """Begin an interval; whether the session is there and wants anything."""
        wants = self._seconds[number] > 0 and (self._missing is None or self._missing > 0)
        self.share = Share(self.lines, self._most if wants else 0)
        return wants

    def need(self, number: int) -> int:
        """The current that its departure needs now, in whole steps; 0 when it can wait."""
        if not self._must_be_ready or self._missing is None:
            return 0
        second = self._energy(1, 1)
        seconds = self._seconds[number]
        # What cannot come later must come now; else an even current until the departure.
        urgent = self._missing - self._later_energy[number]
        need = -(-urgent // (second * seconds)) if urgent > 0 else 0
        if not self.waits_for_sun:
            even = -(-self._missing // (second * (seconds + self._later_seconds[number])))
            need = max(need, even)
        return min(self._most, -(-need // STEP_MA) * STEP_MA)

    def slack(self, number: int) -> int:
        """Energy that could still be missed, by its most, before the departure is missed."""
        if not self._must_be_ready or self._missing is None:
            return _NEVER
        now = self._energy(self._most, self._seconds[number])
        return now + self._later_energy[number] - self._missing

    def settle(self, number: int) -> None:
        """End an interval."""
        current = self.share.current
        self._currents.append(current)
        if current and self._missing is not None:
            self._missing -= self._energy(current, self._seconds[number])
        if self.charging != (current > 0):
            self.charging = current > 0
            self.since = self._bounds[number]

    def allotment(self) -> Allotment:
        """What it got in each interval."""
        return Allotment.to(self.demand, self._currents)

    def _energy(self, current: int, seconds: int) -> int:
        return energy_mws(current, len(self.demand.phases), seconds)


def _seconds(begins_at: datetime, ends_at: datetime, leaves_at: datetime | None) -> int:
    until = ends_at if leaves_at is None else min(ends_at, leaves_at)
    # A plan may be made in the last moment of a quarter: nobody pauses for it.
    return max(0, ceil((until - begins_at).total_seconds()))
