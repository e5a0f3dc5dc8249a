"""How long a deployment takes: the longest chain of resources in each stack, and of stacks.

CloudFormation makes resources at the same time where none refers to another; the CDK's CLI deploys
stacks at the same time where none waits for another, as many as it is told. How long one resource
takes is data, in ``durations.toml``.
"""

import heapq
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from proofs.assembly import Json, Resource, Stack, Stage
from proofs.references import named

FILE = Path(__file__).parent / "durations.toml"
SERVICE, DEPLOYMENT_GROUP = "AWS::ECS::Service", "AWS::CodeDeploy::DeploymentGroup"
STEPS = re.compile(
    r"CodeDeployDefault\.Lambda(?P<by>Canary|Linear)(?P<percent>\d+)Percent(Every)?"
    r"(?P<minutes>\d+)Minutes?"
)
RENEWED = ("AWS::ECS::TaskDefinition", SERVICE, "AWS::Lambda::*")
"""What changes with a new version of a program."""


class Pace(StrEnum):
    """How AWS is today."""

    TYPICAL = "typical"
    SLOW = "slow"


@dataclass(frozen=True)
class Step:
    """A resource on the longest way through a stack."""

    resource: Resource
    seconds: int


@dataclass(frozen=True)
class Deployed:
    """A stack's part in the deployment of its stage; seconds from the start of all."""

    stack: str
    start: int
    end: int
    after: str | None
    """What it waited for last: a stack before it, or one whose place it took."""


def faults(stage: Stage) -> Iterator[str]:
    """One line for each resource type without a duration."""
    for type_ in sorted({r.type for r in stage.resources if _entry(r) is None}):
        yield (
            f"{stage.name}: {type_} has no duration. Add its name to the `types` of a [[duration]] "
            f"of {FILE.name} that takes as long, or a new one with its source"
        )


def too_long(stage: Stage) -> Iterator[str]:
    """A line where the stage, new, takes longer than the limit, as a rule."""
    planned = schedule(stage, Pace.TYPICAL)
    whole, most = minutes(whole_time(planned)), limit()
    if whole > most:
        chain = " → ".join(one.stack for one in critical(planned))
        yield (
            f"{stage.name} takes {whole} minutes to deploy anew, {whole - most} more than {most}, "
            f"by {chain}"
        )


def schedule(stage: Stage, pace: Pace, at_once: int | None = None) -> list[Deployed]:
    """When each stack is deployed by the CLI: each that may start does, in the assembly's order.

    Raises `ValueError` where stacks wait for each other.
    """
    places = at_once or concurrency()
    waiting = {stack.name: stack for stack in stage.stacks}
    running: list[tuple[int, str, Deployed]] = []
    done: dict[str, Deployed] = {}
    now, freed = 0, None  # type: int, str | None
    while waiting or running:
        ready = [s for s in waiting.values() if all(name in done for name in s.after)]
        for stack in ready[: places - len(running)]:
            del waiting[stack.name]
            end = now + seconds(stack, pace)
            begun = Deployed(stack.name, now, end, freed)
            heapq.heappush(running, (end, stack.name, begun))
        if not running:
            raise ValueError(f"{', '.join(waiting)} of {stage.name} wait for each other")
        now, freed, ended = heapq.heappop(running)
        done[freed] = ended
    return list(done.values())


def critical(planned: Sequence[Deployed]) -> list[Deployed]:
    """The chain of stacks that the last one waited for."""
    by_name = {one.stack: one for one in planned}
    chain = [max(planned, key=lambda one: one.end)]
    while chain[0].after is not None:
        chain.insert(0, by_name[chain[0].after])
    return chain


def whole_time(planned: Sequence[Deployed]) -> int:
    """Seconds."""
    return max((one.end for one in planned), default=0)


def seconds(stack: Stack, pace: Pace) -> int:
    """Of a new stack."""
    return _of_each_stack(pace) + sum(step.seconds for step in longest(stack, pace))


def renewal(stack: Stack, pace: Pace) -> int:
    """Seconds until a new version of the stack's program has all requests and is proven; or 0."""

    def renewed(resource: Resource) -> bool:
        return any(fnmatchcase(resource.type, type_) for type_ in RENEWED)

    steps = longest(stack, pace, counts=renewed)
    if not any(step.seconds for step in steps):
        return 0
    return _of_each_stack(pace) + sum(step.seconds for step in steps) + proving(stack)


def proving(stack: Stack) -> int:
    """Seconds for which a new version is watched before what it replaced is stopped."""
    return 60 * max((_watched_minutes(resource) for resource in stack.resources), default=0)


def _watched_minutes(resource: Resource) -> int:
    if resource.type == SERVICE:
        deployment = resource.properties.get("DeploymentConfiguration", {})
        return int(deployment.get("BakeTimeInMinutes", 0))
    if resource.type != DEPLOYMENT_GROUP:
        return 0
    step = STEPS.fullmatch(str(resource.properties.get("DeploymentConfigName")))
    if step is None:
        return 0
    steps = 1 if step["by"] == "Canary" else -(-100 // int(step["percent"])) - 1
    return steps * int(step["minutes"])


def longest(
    stack: Stack, pace: Pace, counts: Callable[[Resource], bool] = lambda _: True
) -> list[Step]:
    """The chain of resources, each of which waits for the one before, that takes longest."""
    resources = {resource.logical_id: resource for resource in stack.resources}

    @cache
    def chain(id_: str) -> tuple[int, tuple[Step, ...]]:
        resource = resources[id_]
        own = duration(resource, pace) if counts(resource) else 0
        waits_for = _waits_for(resource) & resources.keys() - {id_}
        before = (chain(other) for other in sorted(waits_for))
        length, steps = max(before, key=lambda one: one[0], default=(0, ()))
        return length + own, (*steps, Step(resource, own))

    _, steps = max(map(chain, resources), key=lambda one: one[0], default=(0, ()))
    return list(steps)


def duration(resource: Resource, pace: Pace) -> int:
    """Seconds; 0 for a type without an entry, which is a fault of its own."""
    entry = _entry(resource)
    return int(entry[pace]) if entry else 0


def minutes(time: int) -> int:
    """Those of seconds, begun ones counted."""
    return -(-time // 60)


def concurrency() -> int:
    """Of the CLI, as the command that makes an environment sets it."""
    return int(_read()["concurrency"])


def limit() -> int:
    """Minutes of a new environment."""
    return int(_read()["limit"])


def entries() -> list[Json]:
    """The table of durations."""
    found: list[Json] = _read()["duration"]
    return found


def _of_each_stack(pace: Pace) -> int:
    return int(_read()["stack"][pace])


def _entry(resource: Resource) -> Json | None:
    for entry in entries():
        has = "with" not in entry or entry["with"] in resource.properties
        if has and any(fnmatchcase(resource.type, type_) for type_ in entry["types"]):
            return entry
    return None


def _waits_for(resource: Resource) -> set[str]:
    """Logical ids that it refers to or depends on."""
    listed = resource.body.get("DependsOn", [])
    return {*([listed] if isinstance(listed, str) else listed), *named(resource.properties)}


@cache
def _read() -> Json:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
