"""Quarters of an hour of UTC, in which all of smart charging counts."""

from datetime import UTC, datetime, timedelta

QUARTER = timedelta(minutes=15)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_quarter(at: datetime) -> datetime:
    """When the quarter of an hour that a moment is in is over."""
    return at + QUARTER - (at - _EPOCH) % QUARTER


def quarters(begins_at: datetime, ends_at: datetime) -> list[datetime]:
    """The bounds of what quarters of an hour make of ``[begins_at, ends_at)``."""
    bounds = [begins_at]
    while (bound := next_quarter(bounds[-1])) < ends_at:
        bounds.append(bound)
    return [*bounds, ends_at]
