"""The billing period: a calendar month in the contract's time zone."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which a local day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, order=True)
class BillingPeriod:
    """One month, as local dates; its length in hours follows the zone's clock changes."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``YYYY-MM``; raises `ValueError`."""
        match = _MONTH.fullmatch(text)
        if match is None or text.startswith("0000"):
            raise ValueError(f"a billing period is a month like 2026-10, not {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, instant: datetime, zone: ZoneInfo) -> Self:
        """The month that an instant falls into, as people in that zone see it."""
        local = instant.astimezone(zone)
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return monthrange(self.year, self.month)[1]

    @property
    def first_day(self) -> date:
        """The first of the month."""
        return date(self.year, self.month, 1)

    @property
    def next_first_day(self) -> date:
        """The first of the next month: the end of this one, exclusive."""
        return self.first_day + timedelta(days=self.days)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The UTC instants at which it begins, and at which it has ended (exclusive)."""
        return start_of_day(self.first_day, zone), start_of_day(self.next_first_day, zone)
