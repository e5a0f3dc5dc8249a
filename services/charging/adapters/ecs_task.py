"""The task that this program runs in, as ECS knows it."""

import asyncio
import urllib.request
from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.charging.application.ports import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

SOON = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 1})
"""It is asked again and again: an old answer is worth nothing."""


class _Metadata(msgspec.Struct, rename="pascal"):
    """ECS task metadata version 4, of the path ``/task``, as far as it is needed."""

    cluster: str
    task_arn: str = msgspec.field(name="TaskARN")


class EcsTask:
    """Calls on a thread: the sockets of stations do not wait for them."""

    def __init__(self, ecs: "ECSClient", cluster: str, arn: str) -> None:
        """`cluster`: name or ARN."""
        self._ecs = ecs
        self.cluster = cluster
        self.arn = arn

    async def is_ending(self) -> bool:
        """Whether ECS means to stop it; it runs on until load balancers have let go of it."""
        try:
            answer = await asyncio.to_thread(
                self._ecs.describe_tasks, cluster=self.cluster, tasks=[self.arn]
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(str(error)) from error
        return any(task["desiredStatus"] == "STOPPED" for task in answer["tasks"])


def own_task(environment: Mapping[str, str]) -> EcsTask | None:
    """This program's; None outside of ECS.

    Raises `OSError` when the metadata endpoint does not answer, `msgspec.ValidationError` when it
    does not say whose task this is.
    """
    endpoint = environment.get("ECS_CONTAINER_METADATA_URI_V4")
    if endpoint is None:
        return None
    with urllib.request.urlopen(f"{endpoint}/task", timeout=10) as answer:  # noqa: S310 — set by the platform
        metadata = msgspec.json.decode(answer.read(), type=_Metadata)
    return EcsTask(boto3.client("ecs", config=SOON), metadata.cluster, metadata.task_arn)
