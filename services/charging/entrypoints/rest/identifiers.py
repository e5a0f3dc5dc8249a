"""The forms of names that people give."""

import zoneinfo
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, Field

Identifier = Annotated[str, Field(min_length=1, max_length=48, pattern=r"^[A-Za-z0-9_.\-*+=|@ ]+$")]
"""Of a site or a station: OCPP 2.0.1 ``identifierString`` but for the colon, as a station's id is
also the user name of its basic authentication."""

Uid = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[!-~]+$")]
"""Of a token: what fits into an ``idToken`` of OCPP 2.0.1. An ``idTag`` of 1.6 has 20 at most."""


_OF_NO_PLACE = {"localtime", "Factory"}
"""Names among the others on most machines: whatever zone the machine has, and none."""


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones() - _OF_NO_PLACE:
        raise ValueError(f"{name!r} is no IANA time zone")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]
PathIdentifier = Annotated[Identifier, Path()]
PathUid = Annotated[Uid, Path()]
