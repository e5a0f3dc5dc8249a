"""ECS services as processes, reached through the front door."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import websockets

from embedded.images import Registry
from tests.embedded.machine.cloud import ACCOUNT, REGION, Cloud, Service, eventually

pytestmark = pytest.mark.integration


def told(service: Service, address: str) -> dict[str, Any]:
    url = f"http://{address}:8000/environment"
    with urllib.request.urlopen(url) as answer:
        said: dict[str, Any] = json.load(answer)
    return said


@pytest.fixture(scope="module")
def service(cloud: Cloud) -> Service:
    service = cloud.deploy("echo", path="/socket", environment={"COLOUR": "green"})
    eventually(service.healthy)
    return service


def test_a_program_gets_what_was_deployed_and_the_platforms_own(service: Service) -> None:
    (address,) = eventually(service.healthy)
    variables = told(service, address)["variables"]
    names = {name for name in variables if not name.startswith(("EMBEDDED_AWS_", "AWS_CONTAINER"))}
    deployed = {"COLOUR": "green", "PASSWORD": "not told", "GREETING": "hello"}
    assert deployed.items() <= variables.items()
    assert names - deployed.keys() == {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"),
        *("AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED", "ECS_CONTAINER_METADATA_URI_V4"),
        *("HOME", "HOSTNAME", "LANG", "PATH", "PYTHONPATH"),
    }
    assert variables["AWS_ACCESS_KEY_ID"] == ACCOUNT
    assert variables["AWS_REGION"] == REGION
    assert variables["AWS_ENDPOINT_URL"] == service.cloud.machine.endpoint


def test_a_tasks_address_is_its_network_interfaces(service: Service) -> None:
    (address,) = eventually(service.healthy)
    (task,) = service.tasks()
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    assert details["privateIPv4Address"] == address


def test_output_goes_to_the_log_group(service: Service) -> None:
    (address,) = eventually(service.healthy)
    assert eventually(service.log) == [f"listening on {address}"]


async def test_a_websocket_reaches_a_task_through_the_front_door(service: Service) -> None:
    uri = service.cloud.machine.front_door.replace("http", "ws") + "/socket"
    async with websockets.connect(uri) as socket:
        await socket.send("hello")
        assert await socket.recv() == "hello"


def test_a_program_that_ends_is_started_again(service: Service) -> None:
    (before,) = eventually(service.healthy)
    with pytest.raises(OSError):  # noqa: PT011 — the connection breaks, in one way or another
        urllib.request.urlopen(f"http://{before}:8000/die")

    def another() -> str | None:
        healthy = service.healthy()
        return healthy[0] if healthy and healthy != [before] else None

    after = eventually(another)
    assert told(service, after)["variables"]["COLOUR"] == "green"
    ecs, cluster = service.cloud.ecs, service.cloud.cluster
    stopped = ecs.list_tasks(cluster=cluster, family="echo", desiredStatus="STOPPED")["taskArns"]
    task = ecs.describe_tasks(cluster=cluster, tasks=stopped)["tasks"][0]
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["containers"][0]["exitCode"] == 3


def test_a_service_scales_out_and_in(service: Service) -> None:
    service.scale(2)
    addresses = eventually(lambda: service.healthy(2))
    assert len(set(addresses)) == 2
    service.scale(1)
    eventually(service.healthy)


def test_a_program_that_ignores_the_signal_is_killed_after_its_stop_timeout(
    cloud: Cloud, tmp_path: Path
) -> None:
    note = tmp_path / "signalled"
    service = cloud.deploy(
        "stubborn", environment={"IGNORES_SIGTERM_AND_NOTES_IT_IN": str(note)}, stop_timeout=1
    )
    (address,) = eventually(service.healthy)
    service.scale(0)
    eventually(note.exists)
    eventually(lambda: not _answers(address))
    assert service.tasks() == []


async def test_a_task_is_taken_away_from_its_clients_before_it_is_asked_to_end(
    cloud: Cloud, tmp_path: Path
) -> None:
    note = tmp_path / "signalled"
    service = cloud.deploy(
        "leaving", environment={"IGNORES_SIGTERM_AND_NOTES_IT_IN": str(note)}, stop_timeout=1
    )
    (address,) = eventually(service.healthy)
    [task] = service.tasks()

    async with websockets.connect(f"ws://{address}:8000/socket") as client:
        service.scale(0)
        eventually(lambda: _states(service) == ["draining"])
        ecs, cluster = cloud.ecs, cloud.cluster
        [ending] = ecs.describe_tasks(cluster=cluster, tasks=[task["taskArn"]])["tasks"]
        assert (ending["desiredStatus"], ending["lastStatus"]) == ("STOPPED", "DEACTIVATING")
        await client.send("hello")
        assert await client.recv() == "hello"
        assert not note.exists()
    eventually(note.exists)


async def test_a_client_that_stays_is_waited_for_as_long_as_the_target_group_says(
    cloud: Cloud, tmp_path: Path
) -> None:
    note = tmp_path / "signalled"
    service = cloud.deploy(
        "staying",
        path="/staying/socket",
        environment={"IGNORES_SIGTERM_AND_NOTES_IT_IN": str(note)},
        stop_timeout=1,
    )
    eventually(service.healthy)
    cloud.elb.modify_target_group_attributes(
        TargetGroupArn=service.target_group,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}],
    )
    uri = cloud.machine.front_door.replace("http", "ws") + "/staying/socket"
    async with websockets.connect(uri) as client:
        service.scale(0)
        with pytest.raises(websockets.ConnectionClosedError):
            await client.recv()
        assert client.close_code == 1006, "it was hung up"
    eventually(note.exists)


def test_an_image_that_was_not_pushed_cannot_be_pulled(cloud: Cloud) -> None:
    missing = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/echo@sha256:{'0' * 64}"
    service = cloud.deploy("missing", image=missing)

    def reason() -> str | None:
        ecs, cluster = cloud.ecs, cloud.cluster
        stopped = ecs.list_tasks(cluster=cluster, family="missing", desiredStatus="STOPPED")
        if not stopped["taskArns"]:
            return None
        tasks = ecs.describe_tasks(cluster=cluster, tasks=stopped["taskArns"])["tasks"]
        return tasks[0]["stoppedReason"]

    assert eventually(reason).startswith("CannotPullContainerError: manifest for")
    service.scale(0)


def test_tasks_that_end_at_once_are_followed_by_others_after_pauses_that_grow(
    cloud: Cloud,
) -> None:
    missing = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/echo@sha256:{'0' * 64}"
    service = cloud.deploy("failing", image=missing)
    ecs, cluster = cloud.ecs, cloud.cluster

    def starts(more_than: int) -> list[float] | None:
        arns = ecs.list_tasks(cluster=cluster, family="failing", desiredStatus="STOPPED")
        if len(arns["taskArns"]) <= more_than:
            return None
        tasks = ecs.describe_tasks(cluster=cluster, tasks=arns["taskArns"])["tasks"]
        return sorted(task["createdAt"].timestamp() for task in tasks)

    at = eventually(lambda: starts(5))
    assert at[5] - at[2] >= 3, "half a second, one and two; the API tells whole seconds"
    [described] = ecs.describe_services(cluster=cluster, services=["failing"])["services"]
    assert "unable to consistently start tasks" in described["events"][0]["message"]
    # Another version may be better.
    ecs.update_service(cluster=cluster, service="failing", forceNewDeployment=True)
    again = eventually(lambda: starts(8))
    assert again[8] - again[6] < 3
    service.scale(0)


def test_tasks_that_cannot_start_take_no_address_from_those_that_can(
    cloud: Cloud, service: Service
) -> None:
    """A machine has 254 addresses."""
    ecs = cloud.ecs
    for _ in range(26):
        ecs.run_task(
            cluster=cloud.cluster,
            taskDefinition="missing",
            count=10,
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        )
    eventually(lambda: not ecs.list_tasks(cluster=cloud.cluster, family="missing")["taskArns"])
    service.scale(2)
    assert eventually(lambda: service.healthy(2))
    service.scale(1)
    eventually(service.healthy)


def test_the_same_image_is_pushed_once(cloud: Cloud) -> None:
    digest = cloud.image.partition("@")[2]
    assert Registry(cloud.machine.folder / "images").get("echo", digest) is not None


def _states(service: Service) -> list[str]:
    """Of all targets, as the load balancer sees them."""
    entries = service.cloud.elb.describe_target_health(TargetGroupArn=service.target_group)
    return [one["TargetHealth"]["State"] for one in entries["TargetHealthDescriptions"]]


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"http://{address}:8000/health").close()
    except OSError:
        return False
    return True
