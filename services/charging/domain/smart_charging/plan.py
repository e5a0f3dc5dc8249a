"""A plan: how much each session may draw, and when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Self
from uuid import UUID

from services.charging.domain.smart_charging.demand import Demand
from services.charging.domain.smart_charging.limits import NOMINAL_V

_MWS_PER_WH = 3_600_000


def milliwatt_seconds(watt_hours: int) -> int:
    """Energy in the unit in which currents of mA add up without rounding."""
    return watt_hours * _MWS_PER_WH


def energy_mws(current_ma: int, phases: int, seconds: int) -> int:
    """What a current through so many phases carries, at nominal voltage."""
    return current_ma * NOMINAL_V * phases * seconds


def watt_hours(energy: int) -> int:
    """Milliwatt-seconds in whole Wh, rounded down."""
    return energy // _MWS_PER_WH


@dataclass(frozen=True, slots=True)
class Step:
    """A current from a moment until another."""

    begins_at: datetime
    ends_at: datetime
    current_ma: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """What one session may draw of each of its phases, in each interval of the plan."""

    currents: Sequence[int]
    phases: int
    charging: bool
    """Whether it might draw current before the plan."""
    since: datetime
    """When that began."""

    @classmethod
    def to(cls, demand: Demand, currents: Sequence[int]) -> Self:
        """What a demand gets."""
        return cls(currents, len(demand.phases), demand.charging, demand.since)


@dataclass(frozen=True, slots=True)
class Plan:
    """Consecutive intervals: interval n is ``[bounds[n], bounds[n + 1])``."""

    bounds: Sequence[datetime]
    allotments: Mapping[UUID, Allotment]

    def steps(self, session_id: UUID) -> list[Step]:
        """One session's currents, with equal neighbours as one."""
        steps: list[Step] = []
        for begins_at, ends_at, current in self._intervals(session_id):
            if steps and steps[-1].current_ma == current:
                steps[-1] = Step(steps[-1].begins_at, ends_at, current)
            else:
                steps.append(Step(begins_at, ends_at, current))
        return steps

    def current(self, session_id: UUID, at: datetime) -> int | None:
        """What a session may draw at a moment; None when the plan says nothing of it."""
        if session_id in self.allotments:
            for begins_at, ends_at, current in self._intervals(session_id):
                if begins_at <= at < ends_at:
                    return current
        return None

    def state(self, session_id: UUID, at: datetime) -> tuple[bool, datetime]:
        """Whether a session of the plan may draw current at a moment, and since when."""
        allotment = self.allotments[session_id]
        charging, since = allotment.charging, allotment.since
        for begins_at, _, current in self._intervals(session_id):
            if begins_at < at and charging != (current > 0):
                charging, since = current > 0, begins_at
        return charging, since

    def promised_wh(self, session_id: UUID, until: datetime) -> int:
        """The energy of one session's allotment from the plan's begin until a moment."""
        phases = self.allotments[session_id].phases
        energy = 0
        for begins_at, ends_at, current in self._intervals(session_id):
            seconds = int((min(ends_at, until) - begins_at).total_seconds())
            energy += energy_mws(current, phases, max(0, seconds))
        return watt_hours(energy)

    def _intervals(self, session_id: UUID) -> Iterator[tuple[datetime, datetime, int]]:
        currents = self.allotments[session_id].currents
        for (begins_at, ends_at), current in zip(pairwise(self.bounds), currents, strict=True):
            yield begins_at, ends_at, current
