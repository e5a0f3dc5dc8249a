"""A new version takes over while stations are connected: they are sent on, not hung up."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from demo.rest import RestApi
from simulator.connection import Connection
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end

CLUSTER = "fleetcharge-playground"
KEY = "0123456789abcdef0123456789abcdef"
STATIONS = [f"DE-FCH-ROLL{number:03}" for number in range(100)]
"""A second's, when a node leaves."""


async def test_stations_are_sent_on_one_after_the_other_before_their_task_is_asked_to_end(
    playground: Playground, charging: RestApi
) -> None:
    site = {"name": "Rolling", "kind": "workplace", "time_zone": "Europe/Berlin"}
    await charging.put("/sites/rolling", site)
    stations = [
        {"id": name, "site_id": "rolling", "connectors": 1, "key": KEY} for name in STATIONS
    ]
    await charging.post("/stations", stations)
    url = playground.machine.front_door.replace("http", "ws", 1) + "/ocpp"
    connections = [await Connection.open(url, name, KEY) for name in STATIONS]
    for connection in connections:
        await connection.call("Heartbeat", {})
    ecs = playground.deployment.client("ecs")
    before = _tasks(ecs)

    ecs.update_service(cluster=CLUSTER, service="charging", forceNewDeployment=True)
    assert await connections[0].closed() == 1001
    await connections[-1].call("Heartbeat", {})
    [old] = ecs.describe_tasks(cluster=CLUSTER, tasks=before)["tasks"]
    assert (old["desiredStatus"], old["lastStatus"]) == ("STOPPED", "DEACTIVATING")
    codes = [await connection.closed() for connection in connections]
    assert set(codes) == {1001}

    again = await asyncio.gather(*(_connected(url, name) for name in STATIONS))
    for connection in again:
        await connection.call("Heartbeat", {})
    ecs.get_waiter("tasks_stopped").wait(
        cluster=CLUSTER, tasks=before, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    assert len(_tasks(ecs)) == 1
    assert not set(_tasks(ecs)) & set(before)
    for connection in again:
        await connection.call("Heartbeat", {})
        await connection.close()


def _tasks(ecs: Any) -> list[str]:
    arns: list[str] = ecs.list_tasks(cluster=CLUSTER, serviceName="charging")["taskArns"]
    return arns


async def _connected(url: str, name: str) -> Connection:
    """As soon as somebody takes it."""
    while True:
        try:
            return await Connection.open(url, name, KEY)
        except (InvalidStatus, OSError):
            await asyncio.sleep(0.1)
