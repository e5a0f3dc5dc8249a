"""One of two tasks of charging is gone while stations charge, as with its machine."""

import asyncio
import itertools
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from demo.rest import RestApi
from embedded import processes
from simulator.charge import Charge
from simulator.ocpp16 import station as ocpp16
from simulator.ocpp201 import station as ocpp201
from simulator.station import Station
from tests.end_to_end.conftest import Playground
from tests.end_to_end.drills.conftest import Figures
from tests.end_to_end.drills.runbook import Runbook

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

CLUSTER, SERVICE = "fleetcharge-playground", "charging"
KEY = "0123456789abcdef0123456789abcdef"
STATIONS = [f"DE-FCH-LOST{number:03}" for number in range(100)]
BEGAN = datetime(2026, 4, 1, 6, tzinfo=UTC)
DAYS = [
    Charge(
        connector=1,
        token="LOSTTASK",
        started_at=BEGAN + timedelta(days=day),
        ended_at=BEGAN + timedelta(days=day, hours=8),
        energy_wh=30_000 + day,
    )
    for day in range(6)
]


class Tasks:
    """Of charging, as ECS knows them."""

    def __init__(self, playground: Playground) -> None:
        self._ecs = playground.deployment.client("ecs")
        self._machine = playground.machine.folder

    def want(self, count: int) -> None:
        self._ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=count)

    def running(self) -> list[Any]:
        arns = self._ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"]
        described = self._ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
        return [task for task in described if task["lastStatus"] == "RUNNING"]

    def lose(self, task: Any) -> None:
        """All of its processes, in one moment, as with their machine."""
        name = f"HOSTNAME={task['containers'][0]['runtimeId']}".encode()
        for process in processes.find(self._machine, processes.CONTAINER):
            if name in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                os.kill(process.pid, signal.SIGKILL)


class Served:
    """Where the front door sends stations."""

    def __init__(self, playground: Playground) -> None:
        client = playground.deployment.client
        self._elb = client("elbv2")
        groups = self._elb.describe_target_groups()["TargetGroups"]
        self._groups = [one["TargetGroupArn"] for one in groups if one["Port"] == 9000]

    def by(self, count: int) -> bool:
        """Whether every group has so many healthy targets, and no other."""
        return all(
            [one["TargetHealth"]["State"] for one in self._targets(group)] == ["healthy"] * count
            for group in self._groups
        )

    def _targets(self, group: str) -> Any:
        found = self._elb.describe_target_health(TargetGroupArn=group)
        return found["TargetHealthDescriptions"]


@pytest.fixture
def tasks(playground: Playground) -> Iterator[Tasks]:
    tasks = Tasks(playground)
    yield tasks
    tasks.want(1)


async def test_its_stations_charge_on_with_the_other_and_nothing_is_lost(
    playground: Playground,
    charging: RestApi,
    tasks: Tasks,
    runbook: Callable[[str], Runbook],
    figures: Figures,
    tmp_path: Path,
) -> None:
    await _register(charging)
    served = Served(playground)
    tasks.want(2)
    while not served.by(2):
        await asyncio.sleep(0.1)
    url = playground.machine.front_door.replace("http", "ws", 1) + "/ocpp"
    kinds = itertools.cycle((ocpp16.Station, ocpp201.Station))
    fleet = [kind(url, name, KEY) for kind, name in zip(kinds, STATIONS, strict=False)]
    async with asyncio.TaskGroup() as group:
        half_way = asyncio.Event()
        lives = [group.create_task(_charge(station, half_way)) for station in fleet]
        await half_way.wait()
        before = tasks.running()
        with figures.measure("task lost: ECS has another, and stations are sent to it"):
            tasks.lose(before[0])
            while served.by(2):
                await asyncio.sleep(0.05)
            while not served.by(2):
                await asyncio.sleep(0.05)
    took = [seconds for life in lives for seconds in life.result()]
    figures.seconds["task lost: what the longest charge took more"] = max(took) - median(took)

    sessions = await _sessions(charging)
    assert Counter(sessions) == Counter(
        (name, day.energy_wh) for name in STATIONS for day in DAYS
    ), "each once, with its energy"
    assert len({task["taskArn"] for task in tasks.running()} - {before[0]["taskArn"]}) == 2
    why = runbook("service-unhealthy.md").run(
        "A service's tasks are unhealthy", ENV="playground", SERVICE=SERVICE, folder=tmp_path
    )
    assert "Essential container exited" in why


async def _register(charging: RestApi) -> None:
    site = {"name": "Lost task", "kind": "workplace", "time_zone": "Europe/Berlin"}
    await charging.put("/sites/losttask", site)
    wanted = [{"id": name, "site_id": "losttask", "connectors": 1, "key": KEY} for name in STATIONS]
    await charging.post("/stations", wanted)
    await charging.put("/tokens/LOSTTASK", {"status": "accepted", "driver": "Lost task"})


async def _charge(station: Station, half_way: asyncio.Event) -> list[float]:
    """Day after day; the seconds that each charge took."""
    clock = asyncio.get_running_loop().time
    took = []
    async with station:
        for number, day in enumerate(DAYS):
            began = clock()
            await station.charge(day)
            took.append(clock() - began)
            if number >= len(DAYS) // 2:
                half_way.set()
    return took


async def _sessions(charging: RestApi) -> list[tuple[str, int]]:
    """Of these stations: station and energy."""
    found: list[tuple[str, int]] = []
    for name in STATIONS:
        page = await charging.get("/sessions", station_id=name)
        found += [(name, session["energy_wh"]) for session in page["items"]]
    return found
