"""A service whose tasks end at once is given new ones after pauses that grow.

MiniStack starts another in the moment that one ends: ten a second, for ever. Amazon ECS says that
the service "is unable to consistently start tasks successfully" and waits longer each time
("Amazon ECS service throttle logic"), until a task stays or another version is deployed. Its pauses
reach half an hour; ours begin at half a second and reach one minute. A deployment that the circuit
breaker watches has none: how many of its tasks fail decides what becomes of it.
"""

import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import json_response, new_uuid
from ministack.services import ecs

from embedded.control_plane.mends.service_deployments import started

Properties = dict[str, Any]
_STAYED_SECONDS = 10.0
"""A task that ends later did not end at once."""
_AT_ONCE = 3
"""Ends in a row after which another task is started all the same."""
_FIRST_PAUSE = 0.5
"""Seconds."""
_DOUBLED = 7
"""Times, at the most: a minute."""

_waiting: set[str] = set()
"""Deployments that somebody wakes."""


def mend() -> None:
    """Counts ends, and holds starts back."""
    fail, run = ecs._record_service_task_failure, ecs._run_task

    def failed(task: Properties, *rest: Any, **options: Any) -> None:
        if deployment := _deployment_of(task):
            _count(deployment, task)
        fail(task, *rest, **options)

    def run_task(request: Properties) -> Any:
        if request.get("_deploymentId") is None:
            return run(request)  # for whoever calls the API
        cluster, key = request["cluster"], f"{request['cluster']}/{request['startedBy']}"
        service = ecs._services[key]
        deployment = ecs._primary_deployment(service)
        pause = _pause(service, deployment)
        if pause <= 0:
            return run(request)
        if deployment["id"] not in _waiting:
            _waiting.add(deployment["id"])
            spawn_background(_wake, cluster, key, deployment["id"], pause)
        return json_response({"tasks": [], "failures": []})

    ecs._record_service_task_failure = failed
    ecs._run_task = run_task


def _deployment_of(task: Properties) -> Any:
    cluster, name = task["clusterArn"].rpartition("/")[2], task["group"].removeprefix("service:")
    service = ecs._services.get(f"{cluster}/{name}")
    return ecs._deployment_for_task(service, task) if service else None


def _count(deployment: Properties, task: Properties) -> None:
    stayed = task["startedAt"] and time.time() - started(task) > _STAYED_SECONDS
    failures = deployment["_failures"] = 0 if stayed else deployment.get("_failures", 0) + 1
    pause = _FIRST_PAUSE * 2 ** min(failures - _AT_ONCE, _DOUBLED)
    deployment["_paused_until"] = time.time() + pause if failures >= _AT_ONCE else 0.0


def _pause(service: Properties, deployment: Properties) -> float:
    """Seconds until it may start a task."""
    breaker = (service.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker")
    if breaker and breaker.get("enable") and deployment["rolloutState"] == "IN_PROGRESS":
        return 0.0
    return float(deployment.get("_paused_until", 0.0)) - time.time()


def _wake(cluster: str, key: str, deployment_id: str, pause: float) -> None:
    events, name = ecs._services[key]["events"], key.partition("/")[2]
    message = f"(service {name}) is unable to consistently start tasks successfully."
    if not events or events[0]["message"] != message:
        events.insert(0, {"id": new_uuid(), "createdAt": ecs._iso(), "message": message})
    time.sleep(pause)
    _waiting.discard(deployment_id)
    ecs._reconcile_service_tasks(cluster, key)
