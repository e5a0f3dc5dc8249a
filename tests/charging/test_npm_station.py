"""A whole session by a station simulator from the npm registry that nobody here wrote."""

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.charging.program import KEY, ChargingProgram

pytestmark = pytest.mark.integration

FOLDER = Path(__file__).parent / "npm_station"
SIMULATOR = FOLDER / "node_modules" / "em-ocpp-chargepoint-simulator" / "build" / "src" / "main.js"
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
"""What npm says when there is no way to its registry; or when the way broke for a moment."""


@pytest.fixture(scope="session")
def _installed() -> None:
    lock, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    # Its packages' install scripts are not run: the simulator is plain JavaScript.
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"],  # noqa: S607 — as `make setup` finds it
        cwd=FOLDER,
        check=False,
        capture_output=True,
        text=True,
    )
    cut_off = done.returncode and any(code in done.stderr for code in UNREACHABLE)
    if cut_off and not _is_reachable():
        pytest.skip(f"npm does not reach its registry: {done.stderr.strip().splitlines()[0]}")
    assert done.returncode == 0, done.stderr


def _is_reachable() -> bool:
    """Then the test is not passed over: it has to be run again."""
    ping = ["npm", "ping", "--loglevel=error"]
    return subprocess.run(ping, cwd=FOLDER, check=False, capture_output=True).returncode == 0  # noqa: S603 — words of our own


def the_session(program: ChargingProgram, station_id: str, status: str) -> dict[str, Any]:
    """Wait until there is one."""
    while not (found := program.get("/sessions", station_id=station_id, status=status)["items"]):
        time.sleep(0.05)
    [session] = found
    return dict(session)


@pytest.mark.usefixtures("_installed")
def test_a_session_that_an_operator_stops(program: ChargingProgram, station_id: str) -> None:
    address = program.station_url(station_id).replace("://", f"://{station_id}:{KEY}@")
    environment = {"PATH": os.environ["PATH"], "STATION_URL": address, "STATION_ID": station_id}
    with subprocess.Popen(  # noqa: S603 — a locked package and our own script
        ["node", SIMULATOR, "session.js"],  # noqa: S607
        cwd=FOLDER,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as simulator:
        active = the_session(program, station_id, "active")
        program.api.post(
            f"/stations/{station_id}/remote-stop", json={"transaction_id": active["transaction_id"]}
        ).raise_for_status()
        said, _ = simulator.communicate(timeout=60)
    assert simulator.returncode == 0, said
    ended = the_session(program, station_id, "ended")
    assert (ended["energy_wh"], ended["token_uid"], ended["stop_reason"]) == (
        7450,
        "CARD1",
        "Remote",
    )
    assert program.get("/quarantine", station_id=station_id)["items"] == []
