"""What drills share: a fleet that charges while something breaks, and the figures that are seen."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from demo.rest import RestApi
from embedded import cdk
from simulator.charge import Charge
from simulator.ocpp16.station import Station
from tests.end_to_end.conftest import Playground
from tests.end_to_end.drills.runbook import Runbook


@dataclass
class Figures:
    """How long each drill took until what broke was back, for ``make drill`` to print."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, what: str) -> Iterator[None]:
        """From the first command to the end of the block."""
        began = time.monotonic()
        yield
        self.seconds[what] = time.monotonic() - began


_FIGURES = Figures()


@pytest.fixture
def figures() -> Figures:
    return _FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES.seconds:
        terminalreporter.section("failure drills: seconds until it was back")
    for what, seconds in _FIGURES.seconds.items():
        terminalreporter.write_line(f"{seconds:6.1f}  {what}")


@pytest.fixture
def runbook(playground: Playground) -> Callable[[str], Runbook]:
    machine = playground.machine
    aws = cdk.environment(machine.account_id, machine.region, machine.endpoint)
    return lambda page: Runbook(page, aws)


@dataclass(frozen=True)
class DrillStation:
    """A station at a site of its own, and a card that it takes."""

    api: RestApi
    station_id: str
    card: str
    key: str
    url: str

    def connect(self) -> Station:
        return Station(self.url, self.station_id, self.key)

    def charge(self, hours_ago: int, energy_wh: int, *, until_remote_stop: bool = False) -> Charge:
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours_ago)
        return Charge(
            connector=1,
            token=self.card,
            started_at=start,
            ended_at=start + timedelta(minutes=50),
            energy_wh=energy_wh,
            until_remote_stop=until_remote_stop,
        )

    async def energies(self) -> list[int | None]:
        """Of the sessions that charging knows of this station, in order of time."""
        page = await self.api.get("/sessions", station_id=self.station_id)
        ordered = sorted(page["items"], key=lambda session: session["started_at"])
        return [session["energy_wh"] for session in ordered]


@pytest_asyncio.fixture
async def drill_station(
    request: pytest.FixtureRequest, playground: Playground, charging: RestApi
) -> AsyncIterator[DrillStation]:
    """Named after the drill."""
    name = request.module.__name__.rpartition("test_")[2].replace("_", "").upper()
    site = {"name": name, "kind": "workplace", "time_zone": "Europe/Berlin"}
    await charging.put(f"/sites/{name.lower()}", site)
    key = "0123456789abcdef0123456789abcdef"
    station_id = f"DE-FCH-{name}"
    station = {"id": station_id, "site_id": name.lower(), "connectors": 1, "key": key}
    await charging.post("/stations", [station])
    await charging.put(f"/tokens/{name}", {"status": "accepted", "driver": name})
    url = playground.machine.front_door.replace("http", "ws", 1) + "/ocpp"
    yield DrillStation(charging, station_id, name, key, url)
