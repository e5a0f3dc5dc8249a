"""Ties MiniStack to this machine's containers, ports and health checks: patches, with reasons.

`install` is called once in the control plane's process.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from ministack.services import alb, ecs, ecs_metadata, rds

from embedded import ports
from embedded.containers.client import from_env
from embedded.processes import MACHINE

_DEFAULT_STOP_SECONDS = 30
"""``stopTimeout`` of a container that names none (Amazon ECS API, ContainerDefinition)."""


_draining: dict[str, set[tuple[str, int]]] = defaultdict(set)
"""By target group: address and port of targets that were taken away and are still connected."""


def install() -> None:
    """Put every patch in place."""
    _pass_on_the_container_definition()
    _take_back_the_address_of_a_task_that_fails()
    _keep_the_port_of_a_database()
    _tell_the_health_of_targets()


def _pass_on_the_container_definition() -> None:
    """MiniStack passes the command alone.

    ``entryPoint``, ``workingDirectory`` and ``stopTimeout`` are lost; and the task metadata
    endpoint names no ``Networks``, whose ``IPv4Addresses`` a program listens on. The address is
    known before the program starts, and is the same for all containers of one task.
    """
    build = ecs._build_run_kwargs

    def build_run_kwargs(
        cdef: dict[str, Any], td: dict[str, Any], env: dict[str, str], *rest: Any
    ) -> dict[str, Any]:
        arguments: dict[str, Any] = build(cdef, td, env, *rest)
        task = arguments["labels"]["com.amazonaws.ecs.task-arn"]
        address = from_env().containers.addresses.take(task)
        token = env["ECS_CONTAINER_METADATA_URI_V4"].rpartition("/")[2]
        with ecs_metadata._LOCK:
            ecs_metadata._TOKEN_TO_CONTAINER[token]["Networks"] = [
                {"NetworkMode": td.get("networkMode", "bridge"), "IPv4Addresses": [address]}
            ]
        return arguments | {
            "entrypoint": cdef.get("entryPoint"),
            "working_dir": cdef.get("workingDirectory"),
            "stop_timeout": cdef.get("stopTimeout", _DEFAULT_STOP_SECONDS),
        }

    ecs._build_run_kwargs = build_run_kwargs


def _take_back_the_address_of_a_task_that_fails() -> None:
    """It was taken before the container, which then never came to be: its image is missing."""
    fail = ecs._fail_task_start

    def fail_task_start(task: dict[str, Any], *rest: Any) -> None:
        fail(task, *rest)
        from_env().containers.addresses.release(task["taskArn"])

    ecs._fail_task_start = fail_task_start


def _keep_the_port_of_a_database() -> None:
    """A restarted database keeps its port: deployed programs were given it.

    MiniStack takes a port for held when it cannot listen on it without SO_REUSEADDR, so every
    connection in TIME_WAIT moves the database to another port.
    """
    rds._is_host_port_free = ports.is_free


def _tell_the_health_of_targets() -> None:
    """MiniStack calls every target healthy; the front door checks them, and says so in a file.

    It knows none that is draining.
    """
    describe = alb._describe_target_health

    def describe_target_health(parameters: dict[str, Any]) -> Any:
        status, headers, body = describe(parameters)
        arn = alb._p(parameters, "TargetGroupArn")
        for target in alb._targets.get(arn, []) if status == 200 else []:
            port = target.get("Port", alb._tgs[arn].get("Port", 80))
            body = _with_state(body, target["Id"], port, health(arn, f"{target['Id']}:{port}"))
        members = "".join(_member(*target, "draining") for target in sorted(_draining.get(arn, ())))
        end = "</TargetHealthDescriptions>"
        return status, headers, body.replace(end.encode(), f"{members}{end}".encode())

    alb._ACTION_MAP["DescribeTargetHealth"] = describe_target_health


def health(target_group: str, target: str) -> str:
    """What the front door found of a target (``address:port``): TargetHealth's state."""
    report = Path(os.environ.get(MACHINE, ""), "target-health.json")
    groups = json.loads(report.read_text()) if report.is_file() else {}
    state: str = groups.get(target_group, {}).get(target, {}).get("state", "initial")
    return state


def drain(target_group: str, address: str, port: int) -> None:
    """The target was taken away: its connections go on."""
    _draining[target_group].add((address, port))


def hang_up(target_group: str, address: str, port: int) -> None:
    """The target is gone: the front door closes its connections as soon as it reads that."""
    _draining[target_group].discard((address, port))


def _with_state(body: bytes, target: str, port: int, state: str) -> bytes:
    theirs, ours = _member(target, port, "healthy"), _member(target, port, state)
    return body.replace(theirs.encode(), ours.encode())


def _member(target: str, port: int, state: str) -> str:
    return (
        f"<member><Target><Id>{target}</Id><Port>{port}</Port></Target>"
        f"<HealthStatus>{state}</HealthStatus><TargetHealth><State>{state}</State></TargetHealth>"
        "</member>"
    )
