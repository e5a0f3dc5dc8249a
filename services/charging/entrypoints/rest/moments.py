"""Times and days that people give."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field


def _in_words(given: object) -> object:
    """A bare number may be seconds or milliseconds since whenever: nobody is to guess."""
    if isinstance(given, str) and not given.strip().replace(".", "", 1).lstrip("+-").isdecimal():
        return given
    if isinstance(given, date):
        return given
    raise ValueError("a time as ISO 8601 has it, such as 2026-03-01T06:00:00Z")


def _in_utc(given: datetime) -> datetime:
    try:
        return given.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no calendar has this time in UTC") from error


Moment = Annotated[AwareDatetime, BeforeValidator(_in_words), AfterValidator(_in_utc)]
"""In UTC, whatever zone it is given in."""
Day = Annotated[date, BeforeValidator(_in_words), Field(ge=date(2000, 1, 1), lt=date(3000, 1, 1))]
