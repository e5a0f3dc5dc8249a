from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo.session_file import BrokenLine, read

BERLIN = ZoneInfo("Europe/Berlin")
HEADER = "sessionId,kwhTotal,dollars,created,ended,userId,stationId,locationId\n"
GOOD = "1,7.78,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u1,s1,l1\n"
REAL = Path(__file__).parents[3] / "shared" / "data" / "workplace_charging_sessions.csv"


def write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "sessions.csv"
    path.write_text(HEADER + "".join(lines))
    return path


def test_a_session_is_read_to_the_watt_hour_and_the_second(tmp_path: Path) -> None:
    [session], broken = read(write(tmp_path, GOOD), BERLIN)
    assert session.energy_wh == 7780
    assert session.started_at == datetime(2014, 11, 18, 14, 40, 26, tzinfo=UTC)
    assert (session.driver, session.station, session.site) == ("u1", "s1", "l1")
    assert broken == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2,abc,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u1,s1,l1\n", "kwhTotal: 'abc'"),
        ("2,-1,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u1,s1,l1\n", "kwhTotal: -1"),
        ("2,NaN,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u1,s1,l1\n", "kwhTotal: NaN"),
        ("2,0.0005,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u1,s1,l1\n", "whole number"),
        ("2,1,0,18.11.2014 15:40,0014-11-18 17:11:04,u1,s1,l1\n", "created: '18.11.2014"),
        ("2,1,0,0014-11-18 15:40:26,0014-11-18 15:40:25,u1,s1,l1\n", "before created"),
        ("2,1,0,2015-03-29 02:30:00,2015-03-29 04:00:00,u1,s1,l1\n", "did not exist"),
        ("2,1,0,0014-11-18 15:40:26\n", "ended: empty"),
        ("2,1,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u1,s1,l1,more\n", "more fields"),
        (GOOD, "sessionId 1 was on line 2 already"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_goes_on(
    tmp_path: Path, line: str, reason: str
) -> None:
    last = GOOD.replace("1,", "9,", 1)
    sessions, broken = read(write(tmp_path, GOOD, line, last), BERLIN)
    assert [session.session for session in sessions] == ["1", "9"]
    assert [entry.number for entry in broken] == [3]
    assert reason in broken[0].reason


def test_a_file_without_a_column_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "sessions.csv"
    path.write_text("sessionId,kwhTotal,created,ended,userId,stationId\n")
    with pytest.raises(ValueError, match="columns missing: locationId"):
        read(path, BERLIN)


def test_the_real_file_is_read_whole() -> None:
    if not REAL.exists():
        pytest.skip(f"the real sessions are not there: {REAL}")
    sessions, broken = read(REAL, ZoneInfo("America/New_York"))
    assert broken == list[BrokenLine]()
    assert len(sessions) == 3395
    assert len({session.driver for session in sessions}) == 85
    assert len({session.station for session in sessions}) == 105
