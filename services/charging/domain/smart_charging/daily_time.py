"""A time of the day that comes again, by the clock on a site's wall."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.charging.domain.smart_charging.quarters import quarters

_DAY = timedelta(days=1)


class Weekday(StrEnum):
    """In the order of `date.weekday`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class DailyTime:
    """Whenever the clock shows a time of ``[begins, ends)``, on some days of the week.

    So a time that a change of the clocks leaves out never comes, and one that it repeats comes
    twice.
    """

    begins: time
    ends: time
    """When it is not after `begins`: of the next day."""
    days: frozenset[Weekday]
    """On which it begins."""
    time_zone: str
    """An IANA name."""

    def touches(self, begins_at: datetime, ends_at: datetime) -> bool:
        """Whether any moment of ``[begins_at, ends_at)`` is in it."""
        return any(self._touches(*part) for part in pairwise(quarters(begins_at, ends_at)))

    def _touches(self, begins_at: datetime, ends_at: datetime) -> bool:
        # Clocks change at quarters of an hour of UTC: in between, the one on the wall just goes on.
        since = begins_at.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None)
        until = since + (ends_at - begins_at)
        today = since.date()
        times = self._on(today - _DAY, today)
        return any(begins < until and since < ends for begins, ends in times)

    def _on(self, *days: date) -> Iterator[tuple[datetime, datetime]]:
        for day in days:
            if _WEEK[day.weekday()] in self.days:
                last = day if self.ends > self.begins else day + _DAY
                yield datetime.combine(day, self.begins), datetime.combine(last, self.ends)
