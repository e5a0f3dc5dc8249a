"""A task behind load balancers is taken away from them before its program is asked to end.

MiniStack calls it stopped and sends SIGTERM in the same moment. Amazon ECS takes it out of its
target groups first, and waits for their deregistration delay (task lifecycle: ``DEACTIVATING``),
after which the load balancers hang up, and it sends SIGTERM. Here it waits no longer than somebody
is connected to the task: what nobody would notice takes no time.
"""

import time
from typing import Any

from ministack.core.concurrency import resource_lock, spawn_background
from ministack.core.responses import json_response
from ministack.services import alb, ecs
from ministack.services.cloudformation import provisioners

from embedded import hardware, ports

SERVICE = "AWS::ECS::Service"
Properties = dict[str, Any]
Target = tuple[str, str, int]
"""Target group, address, port."""
_DELAY = "deregistration_delay.timeout_seconds"
_LOOK_SECONDS = 0.1
_HUNG_UP_WITHIN = 5
"""Seconds: the front door reads every now and then what is registered."""


def mend() -> None:
    """Waits where a stack deletes a service: the type must be provisioned off the event loop."""
    stop = ecs._stop_task

    def stop_task(request: Properties) -> Any:
        cluster = ecs._resolve_cluster_name(request.get("cluster", "default"))
        task = ecs._resolve_task(request.get("task", ""), cluster) if cluster else None
        if not task or not (targets := _targets(cluster, task)):
            return stop(request)
        if _take_away(cluster, task, targets):
            spawn_background(_end, task, targets, lambda: stop(request))
        return json_response({"task": ecs._sanitize(task)})

    ecs._stop_task = ecs._ACTION_MAP["StopTask"] = stop_task
    handler = provisioners._RESOURCE_HANDLERS[SERVICE]
    delete = handler["delete"]

    def deleted(physical_id: str, properties: Properties) -> None:
        delete(physical_id, properties)
        cluster, name = physical_id.split("/")[-2:]
        while any(
            task["group"] == f"service:{name}"
            and ecs._cluster_name_from_arn(task["clusterArn"]) == cluster
            and task.get("_ending")
            for task in list(ecs._tasks.values())
        ):
            time.sleep(_LOOK_SECONDS)

    handler["delete"] = deleted


def _targets(cluster: str, task: Properties) -> list[Target]:
    """Where load balancers reach a task that runs."""
    service = ecs._services.get(f"{cluster}/{task['group'].removeprefix('service:')}")
    if not service or task["lastStatus"] not in ("RUNNING", "DEACTIVATING"):
        return []
    return [
        (one["targetGroupArn"], ecs._task_ip(task), one["containerPort"])
        for one in service["loadBalancers"]
    ]


def _take_away(cluster: str, task: Properties, targets: list[Target]) -> bool:
    """Whether nobody else has done so."""
    with resource_lock("ecs-task", task["taskArn"]):
        if task["lastStatus"] != "RUNNING" or not ecs._task_is_active(task["taskArn"], task):
            return False
        ecs._bump_task_version(task)
        task["desiredStatus"], task["lastStatus"] = "STOPPED", "DEACTIVATING"
        task["stoppingAt"], task["_ending"] = ecs._iso(), True
    for target in targets:
        hardware.drain(*target)
    ecs._recount_cluster(cluster)
    ecs._refresh_service_state(cluster, task["group"])
    return True


def _end(task: Properties, targets: list[Target], stop: Any) -> None:
    _wait_while_connected(targets, max(_delay(group) for group, _, _ in targets))
    for target in targets:
        hardware.hang_up(*target)
    _wait_while_connected(targets, _HUNG_UP_WITHIN)
    # MiniStack's own way from here on begins with a task that is to run.
    task["desiredStatus"] = "RUNNING"
    try:
        stop()
    finally:
        del task["_ending"]


def _wait_while_connected(targets: list[Target], seconds: int) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(
        # Before the front door has read that it is gone, it may still send somebody there.
        hardware.health(group, f"{address}:{port}") == "healthy" or ports.connected(port, address)
        for group, address, port in targets
    ):
        time.sleep(_LOOK_SECONDS)


def _delay(group: str) -> int:
    """Seconds."""
    attributes = {one["Key"]: one["Value"] for one in alb._tg_attrs.get(group, ())}
    return int(attributes.get(_DELAY, 300))
