"""Solar surplus of a site: whoever measures or forecasts it tells charging.

People and programs with a token post a list of `SiteSurplus` to
``POST /charging/v1/sites/{site_id}/surplus``; telemetry sends a `SurplusReport` to the queue
``site-surplus``. Either may be repeated: of one moment the last figure counts.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec


@dataclass(frozen=True, slots=True)
class SiteSurplus:
    """What the site would feed into the grid if nobody charged, from a moment on.

    Measured or forecast; it holds until the next figure, for half an hour at most.
    """

    begins_at: datetime
    """With its zone."""
    surplus_w: int
    """Over all phases; negative when the site draws from the grid."""


@dataclass(frozen=True, slots=True)
class SurplusReport:
    """Figures of one site, as a message of the queue."""

    company: str
    """Whose the site is: figures for another company's site count for nothing."""
    site_id: str
    figures: tuple[SiteSurplus, ...]


_decoder = msgspec.json.Decoder(SurplusReport)


def encode(report: SurplusReport) -> bytes:
    """The message's body."""
    return msgspec.json.encode(report)


def decode(body: bytes | str) -> SurplusReport:
    """Read a message; raises `msgspec.ValidationError` naming what is wrong where."""
    return _decoder.decode(body)
