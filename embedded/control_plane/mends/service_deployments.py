"""A new version of a service has to be well before the old one stops, and its stack waits for that.

MiniStack takes a task for well that has run for a second, whatever the load balancer says, and a
stack's update for done when the deployment has begun: a bad version would serve, or serve nobody.
A service's first deployment is still done when it has begun.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from embedded import hardware

SERVICE = "AWS::ECS::Service"
Properties = dict[str, Any]
_PATIENCE_SECONDS = 60.0
"""For a task to become healthy, where the service has no grace period."""


def mend() -> None:
    """Waits, so the type must be provisioned off the event loop."""
    ecs._record_service_task_healthy = _only_if_healthy(ecs._record_service_task_healthy)
    ecs._complete_service_deployment = _WhenHealthy(ecs._complete_service_deployment)
    handler = provisioners._RESOURCE_HANDLERS[SERVICE]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack_name: str) -> Any:
        result = create(logical_id, properties, stack_name)
        # MiniStack passes the period on when it changes, and not at first.
        service = ecs._services["/".join(result[0].split("/")[-2:])]
        service["healthCheckGracePeriodSeconds"] = int(
            properties.get("HealthCheckGracePeriodSeconds", 0)
        )
        return result

    def updated(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Any:
        result = update(physical_id, old, new, stack_name)
        _wait("/".join(physical_id.split("/")[-2:]))
        return result

    handler |= {"create": created, "update": updated}


def _wait(key: str) -> None:
    """Until the deployment that is under way has come to its end; raises when it failed."""
    deployment = ecs._primary_deployment(ecs._services[key])
    while deployment["rolloutState"] == "IN_PROGRESS" and deployment["status"] == "PRIMARY":
        time.sleep(0.1)
    if deployment["rolloutState"] == "FAILED":
        raise RuntimeError(deployment["rolloutStateReason"])


def _only_if_healthy(
    record: Callable[[str, Properties], None],
) -> Callable[[str, Properties], None]:
    """A task that has only run for a while must not set the circuit breaker back."""

    def recorded(key: str, task: Properties) -> None:
        service = ecs._services.get(key)
        if service and _healthy(service, task):
            record(key, task)

    return recorded


class _WhenHealthy:
    """Completes a deployment whose tasks all get requests; ends tasks that never will."""

    def __init__(self, complete: Any) -> None:
        self._complete = complete

    def __call__(self, cluster: str, key: str, expected_deployment_id: str | None = None) -> None:
        service = ecs._services.get(key)
        deployment = ecs._primary_deployment(service) if service else None
        if not deployment or deployment["rolloutState"] != "IN_PROGRESS":
            return
        tasks = _running(service, deployment)
        ill = [task for task in tasks if not _healthy(service, task)]
        if not ill:
            for task in tasks:
                ecs._record_service_task_healthy(key, task)
            self._complete(cluster, key, expected_deployment_id)
            return
        patience = float(service["healthCheckGracePeriodSeconds"]) or _PATIENCE_SECONDS
        for task in ill:
            if time.time() - started(task) > patience:
                reason = "Task failed ELB health checks"
                ecs._stop_task({"task": task["taskArn"], "cluster": cluster, "reason": reason})
                ecs._record_service_task_failure(task)
        account, region = service["serviceArn"].split(":")[4], service["serviceArn"].split(":")[3]
        ecs._schedule_service_deployment_completion(cluster, key, account, region)


def _running(service: Properties, deployment: Properties) -> list[Properties]:
    return [
        task
        for task in ecs._tasks.values()
        if task.get("_deployment_id") == deployment["id"]
        and task.get("clusterArn") == service["clusterArn"]
        and task.get("lastStatus") == "RUNNING"
    ]


def _healthy(service: Properties, task: Properties) -> bool:
    address = ecs._task_ip(task)
    return all(
        hardware.health(target["targetGroupArn"], f"{address}:{target['containerPort']}")
        == "healthy"
        for target in service["loadBalancers"]
    )


def started(task: Properties) -> float:
    """When it began to run, in seconds of the epoch."""
    at = task["startedAt"]
    if isinstance(at, int | float):
        return float(at)
    return datetime.fromisoformat(at).timestamp()
