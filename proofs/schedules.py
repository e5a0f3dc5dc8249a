"""How many tasks a service keeps at the least, hour by hour, and how long it keeps any."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from proofs.assembly import Json, Resource

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
DAY = 24 * 60
WEEK = 7 * DAY
"""In minutes, as all below."""


@dataclass(frozen=True)
class Week:
    """The least number of tasks in each minute of a week, Monday first."""

    tasks: tuple[int, ...]

    @property
    def most(self) -> int:
        """The least number in the busiest hour."""
        return max(self.tasks)

    @property
    def share(self) -> Decimal:
        """Of the time, for which `most` tasks would cost as much as these."""
        return Decimal(sum(self.tasks)) / (WEEK * (self.most or 1))

    @property
    def awake(self) -> Decimal:
        """Of the time in which there is a task."""
        return Decimal(sum(1 for number in self.tasks if number)) / WEEK


def always(tasks: int) -> Week:
    """The same number in every minute."""
    return Week((tasks,) * WEEK)


def least_tasks(target: Resource) -> Week:
    """By a scalable target's minimum and its schedule.

    Raises `ValueError` for a schedule of another form than ``cron(M H ? * DAYS *)``.
    """
    minimum = int(target.properties["MinCapacity"])
    changes = sorted(_changes(target.properties.get("ScheduledActions", [])))
    if not changes:
        return always(minimum)
    tasks = [changes[-1][1]] * WEEK
    for at, number in changes:
        tasks[at:] = [number] * (WEEK - at)
    return Week(tuple(tasks))


def _changes(actions: list[Json]) -> Iterator[tuple[int, int]]:
    """Minute of the week, and the least number of tasks from then on."""
    for action in actions:
        found = re.fullmatch(r"cron\((\d+) (\d+) \? \* ([A-Z,-]+) \*\)", action["Schedule"])
        if found is None:
            raise ValueError(f"{action['Schedule']}: only cron(M H ? * DAYS *) is understood")
        minute, hour, days = found.groups()
        for day in _days(days):
            number = int(action["ScalableTargetAction"]["MinCapacity"])
            yield day * DAY + int(hour) * 60 + int(minute), number


def _days(written: str) -> Iterator[int]:
    """``MON-FRI`` or ``SAT,SUN``."""
    for part in written.split(","):
        first, _, last = part.partition("-")
        yield from range(DAYS.index(first), DAYS.index(last or first) + 1)
