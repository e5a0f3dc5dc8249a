"""Where stations stand, and what is near."""

import math
from dataclasses import dataclass

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""
_METRES_A_DEGREE = math.pi * EARTH_RADIUS_M / 180


@dataclass(frozen=True, slots=True)
class Location:
    """A point by WGS 84, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    """All points between two parallels and two meridians; over the 180th when west is more."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within a distance."""

    centre: Location
    radius_m: float

    @property
    def box(self) -> Box:
        """A box around it, for an index to look in."""
        # Of the sphere, and a little more than rounding can take away.
        height = self.radius_m / _METRES_A_DEGREE * (1 + 1e-9) + 1e-9
        south, north = self.centre.latitude - height, self.centre.latitude + height
        if south <= -90 or north >= 90:
            return Box(-180, max(south, -90), 180, min(north, 90))
        # The meridians that touch a circle touch it nearer to the pole than its centre.
        touching = math.sin(math.radians(height)) / math.cos(math.radians(self.centre.latitude))
        if touching >= 1:
            return Box(-180, south, 180, north)
        width = math.degrees(math.asin(touching)) * (1 + 1e-9) + 1e-9
        west, east = self.centre.longitude - width, self.centre.longitude + width
        return Box(_around(west), south, _around(east), north)


def distance_m(one: Location, other: Location) -> float:
    """Over the sphere (haversine)."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * (
        math.sin(east / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def _around(longitude: float) -> float:
    return (longitude + 180) % 360 - 180
