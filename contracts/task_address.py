"""The address that a program listens on.

On ECS with ``awsvpc`` networking each task has an address of its own, which the task metadata
endpoint tells (ECS task metadata version 4: ``Networks[].IPv4Addresses``). Listening there, and
nowhere else, lets many tasks share one machine and tells other tasks where to find this one.
"""

import urllib.request
from collections.abc import Mapping

import msgspec


class _Network(msgspec.Struct):
    IPv4Addresses: list[str] = []


class _Container(msgspec.Struct):
    Networks: list[_Network] = []


def task_address(environment: Mapping[str, str]) -> str:
    """The task's IPv4 address; the loopback address outside of ECS.

    Raises `OSError` when the endpoint does not answer, `RuntimeError` when it names no address.
    """
    endpoint = environment.get("ECS_CONTAINER_METADATA_URI_V4")
    if endpoint is None:
        return "127.0.0.1"
    with urllib.request.urlopen(endpoint, timeout=10) as answer:  # noqa: S310 — set by the platform
        container = msgspec.json.decode(answer.read(), type=_Container)
    for network in container.Networks:
        for address in network.IPv4Addresses:
            return address
    raise RuntimeError(f"{endpoint} names no IPv4 address of this task")
