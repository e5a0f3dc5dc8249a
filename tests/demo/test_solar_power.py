import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from demo.solar_power import last_day, read

REAL = Path(__file__).parents[3] / "shared" / "data" / "solar_ac_power_1min.csv"
HEADER = "measured_on,ac_power\n"


def test_the_last_day_is_every_minute_of_24_hours() -> None:
    now = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
    day = last_day(now)
    assert len({reading.at for reading in day}) == 24 * 60
    assert day[-1].at == now.replace(second=0)
    assert max(reading.power_w for reading in day) == 6000
    assert min(reading.power_w for reading in day) == Decimal("-2.5")


def test_a_reading_is_posted_as_a_device_cloud_posts_it(tmp_path: Path) -> None:
    path = tmp_path / "power.csv"
    path.write_text(HEADER + "2022-03-18 04:33:00-07:00,-2.7098\n")
    [reading], _ = read(path)
    document = reading.document("solar-1")
    assert document["published_at"] == "2022-03-18T11:33:00Z"
    assert json.loads(document["data"])["solar_power_w"] == -2.7098


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2022-03-18 04:33:00,1\n", "no offset"),
        ("yesterday,1\n", "'yesterday' is no time"),
        ("2022-03-18 04:33:00-07:00,sun\n", "'sun' is no power"),
        ("2022-03-18 04:33:00-07:00,inf\n", "inf is no power"),
        ("2022-03-18 04:33:00-07:00\n", "1 fields"),
        ("2022-03-18 04:32:00-07:00,1\n", "was there already"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_goes_on(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = tmp_path / "power.csv"
    good = "2022-03-18 04:32:00-07:00,1\n"
    path.write_text(HEADER + good + line + good.replace("04:32", "04:40"))
    readings, [broken] = read(path)
    assert len(readings) == 2
    assert broken.number == 3
    assert reason in broken.reason


def test_the_real_file_is_read_whole() -> None:
    if not REAL.exists():
        pytest.skip(f"the real solar power is not there: {REAL}")
    readings, broken = read(REAL)
    assert (len(readings), broken) == (2607, [])
