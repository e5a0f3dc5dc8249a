"""Where to look for stations, as the query of a request says it."""

import http
from typing import Annotated

from fastapi import Depends, HTTPException, Query

from services.charging.domain.places import Box, Circle, Location

_Latitude = Annotated[float | None, Query(ge=-90, le=90, description="degrees, WGS 84")]
_Longitude = Annotated[float | None, Query(ge=-180, le=180, description="degrees, WGS 84")]
_Radius = Annotated[float, Query(gt=0, le=200_000, description="metres around that point")]
_Corners = Annotated[
    str | None, Query(alias="bbox", description="west,south,east,north in degrees, WGS 84")
]


def _place(
    latitude: _Latitude = None,
    longitude: _Longitude = None,
    radius_m: _Radius = 5_000,
    corners: _Corners = None,
) -> Circle | Box | None:
    """Around a point, or in a box, or anywhere; 422 says what is missing."""
    if (latitude is None) != (longitude is None):
        raise _wrong("latitude and longitude are needed, both of them")
    if latitude is not None and longitude is not None:
        if corners is not None:
            raise _wrong("either a point or bbox")
        return Circle(Location(latitude, longitude), radius_m)
    return None if corners is None else _box(corners)


def _box(corners: str) -> Box:
    try:
        west, south, east, north = map(float, corners.split(","))
    except ValueError:
        raise _wrong("bbox: four numbers are needed: west,south,east,north") from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise _wrong("bbox: west and east are in -180..180, south and north in -90..90, in order")
    return Box(west, south, east, north)


def _wrong(detail: str) -> HTTPException:
    return HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, detail)


Place = Annotated[Circle | Box | None, Depends(_place)]
