"""What is near."""

from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.places import Box, Circle, Location, distance_m

LOCATIONS = st.builds(
    Location,
    st.floats(-90, 90, allow_subnormal=False),
    st.floats(-180, 180, allow_subnormal=False),
)
RADII = st.floats(1, 200_000)


def contains(box: Box, location: Location) -> bool:
    inside = (
        box.west <= location.longitude <= box.east
        if box.west <= box.east
        else location.longitude >= box.west or location.longitude <= box.east
    )
    return inside and box.south <= location.latitude <= box.north


def test_distances() -> None:
    berlin, munich = Location(52.52, 13.405), Location(48.137, 11.575)
    assert round(distance_m(berlin, munich) / 1000) == 504
    assert distance_m(Location(0, 179.9), Location(0, -179.9)) < 23_000


@given(LOCATIONS, RADII, st.floats(-1.5, 1.5), st.floats(-3, 3))
def test_what_is_in_a_circle_is_in_its_box(
    centre: Location, radius_m: float, north: float, east: float
) -> None:
    degrees = radius_m / 111_195
    latitude = max(-90.0, min(90.0, centre.latitude + north * degrees))
    longitude = (centre.longitude + east * degrees * 10 + 180) % 360 - 180
    for other in (Location(latitude, longitude), Location(latitude, centre.longitude)):
        if distance_m(centre, other) <= radius_m:
            assert contains(Circle(centre, radius_m).box, other)
