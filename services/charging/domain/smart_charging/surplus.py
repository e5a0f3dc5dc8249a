"""Solar power that the site would else feed into the grid."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

HOLDS = timedelta(minutes=30)
"""How long a figure counts when none follows: a sun that nobody reports is no sun."""


@dataclass(frozen=True, slots=True)
class Surplus:
    """From a moment on, so many watts, measured or forecast."""

    begins_at: datetime
    watts: int


def least_surplus(figures: Iterable[Surplus], begins_at: datetime, ends_at: datetime) -> int:
    """The least watts at any moment of ``[begins_at, ends_at)``; figures in the order of time."""
    known = list(figures)
    least: int | None = None
    reached = begins_at
    for index, figure in enumerate(known):
        until = figure.begins_at + HOLDS
        if index + 1 < len(known):
            until = min(until, known[index + 1].begins_at)
        if until <= reached or figure.begins_at >= ends_at:
            continue
        if figure.begins_at > reached:
            return 0
        least = figure.watts if least is None else min(least, figure.watts)
        reached = until
    return max(0, least or 0) if reached >= ends_at else 0
