"""What was promised and what happened: a session's plans beside its meter."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from services.charging.domain.smart_charging.plan import Plan, energy_mws, watt_hours
from services.charging.domain.smart_charging.quarters import QUARTER, next_quarter, quarters


@dataclass(frozen=True, slots=True)
class Reading:
    """An energy register at a moment."""

    measured_at: datetime
    register_wh: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A quarter of an hour; `metered_wh` is None where the meter said nothing after it."""

    begins_at: datetime
    ends_at: datetime
    allotted_wh: int
    """By the plans in force, at nominal voltage."""
    metered_wh: int | None


def outcomes(
    session_id: UUID,
    plans: Sequence[Plan],
    readings: Sequence[Reading],
    begins_at: datetime,
    ends_at: datetime,
) -> list[Outcome]:
    """Each quarter hour of ``[begins_at, ends_at)``; plans and readings in the order of time.

    A plan is in force until the next one. A register between two readings is the earlier one.
    """
    found = []
    for begin, end in pairwise(quarters(begins_at, ends_at)):
        energy = sum(
            energy_mws(current, plan.allotments[session_id].phases, _seconds(since, until))
            for plan, since, until, current in _in_force(session_id, plans, begin, end)
        )
        found.append(Outcome(begin, end, watt_hours(energy), _metered(readings, begin, end)))
    return found


def total(found: Iterable[Outcome]) -> tuple[int, int | None]:
    """Wh allotted, and Wh metered; None for these when the meter did not tell all of it."""
    parts = list(found)
    metered = [part.metered_wh for part in parts]
    known = [energy for energy in metered if energy is not None]
    return (
        sum(part.allotted_wh for part in parts),
        sum(known) if len(known) == len(metered) else None,
    )


def together(found: Iterable[Outcome]) -> list[Outcome]:
    """Several sessions' outcomes as one for each quarter hour of the clock, in order."""
    by_end: dict[datetime, list[Outcome]] = {}
    for one in found:
        by_end.setdefault(next_quarter(one.begins_at), []).append(one)
    return [Outcome(end - QUARTER, end, *total(parts)) for end, parts in sorted(by_end.items())]


def _in_force(
    session_id: UUID, plans: Sequence[Plan], begins_at: datetime, ends_at: datetime
) -> Iterator[tuple[Plan, datetime, datetime, int]]:
    for number, plan in enumerate(plans):
        superseded_at = plans[number + 1].bounds[0] if number + 1 < len(plans) else plan.bounds[-1]
        if session_id not in plan.allotments:
            continue
        for step in plan.steps(session_id):
            since = max(step.begins_at, begins_at)
            until = min(step.ends_at, ends_at, superseded_at)
            if since < until:
                yield plan, since, until, step.current_ma


def _metered(readings: Sequence[Reading], begins_at: datetime, ends_at: datetime) -> int | None:
    before = [reading for reading in readings if reading.measured_at <= begins_at]
    until = [reading for reading in readings if reading.measured_at <= ends_at]
    if not until or readings[-1].measured_at < ends_at:
        return None
    start = before[-1] if before else until[0]
    return until[-1].register_wh - start.register_wh


def _seconds(since: datetime, until: datetime) -> int:
    return round((until - since).total_seconds())
