"""What a station hears of a plan: the next hour or two, in few steps.

All that the stations of a site hear ends at one full hour. So when we are away, or the site is, all
of them come to their defaults together, and these fit beside each other as the plan's currents do:
neither fits beside the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.charging.domain.smart_charging.plan import Plan, Step

HOUR = timedelta(hours=1)
MOST_PERIODS = 8
"""Of a schedule: stations refuse more than their ``ChargingScheduleMaxPeriods``
(``SmartChargingCtrlr.PeriodsPerSchedule`` in 2.0.1), often few and not always told. The quarters of
two hours are no more."""


def most_periods(station: int | None, vehicle: int | None) -> int:
    """Of a schedule, by what station and vehicle take; None: it did not tell."""
    return min(MOST_PERIODS, station or MOST_PERIODS, vehicle or MOST_PERIODS)


def ends_at(planned_at: datetime) -> datetime:
    """Until when a plan of a moment is told: the end of the next hour of the clock."""
    return planned_at.replace(minute=0, second=0, microsecond=0) + 2 * HOUR


def schedule(planned: Plan, session_id: UUID, most_periods: int = MOST_PERIODS) -> Sequence[Step]:
    """One session's steps as its station hears them, the last being the least of all the rest."""
    until = ends_at(planned.bounds[0])
    steps = [
        Step(step.begins_at, min(step.ends_at, until), step.current_ma)
        for step in planned.steps(session_id)
        if step.begins_at < until
    ]
    rest = steps[most_periods - 1 :]
    least = min(step.current_ma for step in rest) if rest else 0
    return [
        *steps[: most_periods - 1],
        *(Step(one.begins_at, rest[-1].ends_at, least) for one in rest[:1]),
    ]


def greatest(steps: Sequence[Step]) -> int:
    """The most of steps at any moment."""
    return max(step.current_ma for step in steps)


def current(steps: Sequence[Step], at: datetime) -> int | None:
    """Of steps at a moment; None: they say nothing of it."""
    for step in steps:
        if step.begins_at <= at < step.ends_at:
            return step.current_ma
    return None
