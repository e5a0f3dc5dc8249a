"""The count of tasks of an ECS service, between its target's minimum and maximum."""

import threading
from typing import Any

from embedded.control_plane.api_resources import ApiClients
from embedded.control_plane.application_autoscaling.state import Record

_DIMENSION = "ecs:service:DesiredCount"
_clients: list[ApiClients] = []


def use(clients: ApiClients) -> None:
    """Who asks ECS."""
    _clients[:] = [clients]


def keep_within(target: Record, account: str, region: str) -> None:
    """In a thread of its own: it calls the endpoint that may be answering the caller just now."""
    if target["ScalableDimension"] == _DIMENSION:
        ecs = _clients[0].client("ecs", account, region)
        threading.Thread(target=_keep_within, args=(ecs, dict(target)), daemon=True).start()


def _keep_within(ecs: Any, target: Record) -> None:
    _, cluster, service = target["ResourceId"].split("/")
    found = ecs.describe_services(cluster=cluster, services=[service])["services"]
    for one in found:
        least, most = target["MinCapacity"], target["MaxCapacity"]
        wanted = max(least, min(one["desiredCount"], most))
        if wanted != one["desiredCount"]:
            ecs.update_service(cluster=cluster, service=service, desiredCount=wanted)
