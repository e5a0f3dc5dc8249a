"""``python -m simulator`` against the running program."""

import subprocess
import sys

import pytest

from tests.charging.program import KEY, ROOT, ChargingProgram

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "words",
    [
        ["--version", "1.6"],
        ["--version", "2.0.1"],
        ["--misbehave", "stop-before-start"],
        ["--version", "2.0.1", "--misbehave", "events-out-of-order"],
    ],
    ids=" ".join,
)
def test_stations_charge_each_day(
    program: ChargingProgram, station_id: str, words: list[str]
) -> None:
    ids = [f"{station_id}-{number}" for number in (1, 2)]
    program.register(*ids)
    command = [sys.executable, "-m", "simulator", program.stations_url, "--key", KEY]
    many = ["--station", f"{station_id}-", "--stations", "2", "--charges", "3"]
    done = subprocess.run(  # noqa: S603 — our own module
        [*command, *many, *words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert "2 stations connected" in done.stdout
    assert "charged 3 times each" in done.stdout
    for name in ids:
        sessions = program.get("/sessions", station_id=name, status="ended")["items"]
        assert [session["energy_wh"] for session in sessions] == [22_000] * 3


def test_a_version_does_not_misbehave_as_the_other() -> None:
    words = ["ws://localhost/ocpp", "--key", KEY, "--misbehave", "repeated-events"]
    done = subprocess.run(  # noqa: S603 — our own module
        [sys.executable, "-m", "simulator", *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "OCPP 1.6" in done.stderr.splitlines()[-1]
