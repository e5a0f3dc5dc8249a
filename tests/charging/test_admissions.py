"""Which station a handshake is of."""

import pytest

from services.charging.entrypoints.admissions import station_named_by


@pytest.mark.parametrize(
    ("path", "station_id"),
    [
        ("/ocpp/CP1", "CP1"),
        ("/ocpp/CP1/", "CP1"),
        ("/ocpp//CP1", "CP1"),
        ("/ocpp/CP%201%7C2", "CP 1|2"),
        ("/ocpp/CP1?token=x/y", "CP1"),
        ("/ocpp/", None),
        ("/ocpp", None),
        ("//", None),
        ("/", None),
        ("/other/CP1", None),
        ("/ocpp/site/CP1", None),
        ("/x/ocpp/CP1", None),
    ],
)
def test_a_station_is_named_by_its_path(path: str, station_id: str | None) -> None:
    assert station_named_by(path) == station_id
