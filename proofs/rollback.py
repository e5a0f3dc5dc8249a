"""Whether every deployment can be taken back: by itself where users would notice, else by hand.

A rule that something breaks needs a reason in ``rollback.toml``; what an update does that no
rollback undoes is listed there as well.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from proofs.assembly import Json, Resource, Stack, Stage
from proofs.references import named
from proofs.replacement import replaceable
from proofs.stateful_types import LOST_WITH_CUSTOM_RESOURCE, lost_with

FILE = Path(__file__).parent / "rollback.toml"
SERVICE, ALIAS = "AWS::ECS::Service", "AWS::Lambda::Alias"
DEPLOYMENT_GROUP, BOUNDARY = "AWS::CodeDeploy::DeploymentGroup", "AWS::IAM::ManagedPolicy"
KEPT_WHEN_DELETED = ("Retain", "RetainExceptOnCreate", "Snapshot")
KEPT_WHEN_REPLACED = ("Retain", "Snapshot")
PSEUDO = {"AWS::AccountId", "AWS::Partition", "AWS::Region"}


class Rule(StrEnum):
    """What has to hold, as a page puts it."""

    SERVICE = "A service that does not become healthy, or whose alarms ring, goes back by itself."
    FUNCTION = "A function that answers requests gets them by an alias, which alarms move back."
    DATA = "Where stacks are protected, what holds state outlives its stack and its replacement."
    STACK = "Where one stack refuses to be deleted, all of them do."
    NAME = "No fixed name stands in the way of the resource's own replacement."
    CUSTOM = "A custom resource ends in time, and its function can do and undo an update twice."
    ORDER = "The roles of an account come first and go last: no rollback lacks its rights."
    EXPORT = "No export holds another stack fast."


@dataclass(frozen=True)
class Finding:
    """A resource, or a stack, that breaks a rule."""

    rule: Rule
    place: str
    type: str
    """Of the resource; empty for a stack."""
    says: str


@dataclass(frozen=True)
class Accepted:
    """Why findings may stay."""

    rule: Rule
    what: str
    """Their places or their type, ``*`` for any part."""
    because: str

    def covers(self, finding: Finding) -> bool:
        """Whether it is about the finding."""
        told = (finding.place, finding.type)
        return self.rule is finding.rule and any(fnmatchcase(one, self.what) for one in told)


@dataclass(frozen=True)
class Final:
    """A change that no rollback undoes."""

    type: str
    property: str
    because: str

    def places(self, stage: Stage) -> Iterator[str]:
        """The resources that can have it."""
        for resource in stage.resources:
            if resource.type == self.type and self.property in resource.properties:
                yield resource.place


def read(file: Path = FILE) -> tuple[list[Accepted], list[Final]]:
    """Reasons, and what is final.

    Raises `KeyError` for a rule that there is not.
    """
    known = tomllib.loads(file.read_text(encoding="utf-8"))
    accepted = [Accepted(Rule[one.pop("rule").upper()], **one) for one in known["accepted"]]
    return accepted, [Final(**one) for one in known["final"]]


def faults(stage: Stage, accepted: Sequence[Accepted]) -> Iterator[str]:
    """One line for each finding without a reason."""
    for finding in findings(stage):
        if not any(one.covers(finding) for one in accepted):
            yield (
                f"{stage.name}/{finding.place} {finding.says}. {finding.rule} Mend it, or say why "
                f"not as an [[accepted]] of rule {finding.rule.name.lower()!r} in {FILE.name}"
            )


def unused(
    stages: Sequence[Stage], accepted: Sequence[Accepted], final: Sequence[Final]
) -> Iterator[str]:
    """One line for each reason about nothing that there is."""
    found = [finding for stage in stages for finding in findings(stage)]
    for reason in accepted:
        if not any(reason.covers(finding) for finding in found):
            yield f"{FILE.name} accepts {reason.what} for {reason.rule.name}, and nothing needs it"
    for one in final:
        if not any(place for stage in stages for place in one.places(stage)):
            yield f"{FILE.name} calls {one.property} of {one.type} final, and nothing has it"


def findings(stage: Stage) -> Iterator[Finding]:
    """All that breaks a rule."""
    for stack in stage.stacks:
        resources = {resource.logical_id: resource for resource in stack.resources}
        for resource in stack.resources:
            yield from _service(resource)
            yield from _custom(resource)
            yield from _name(resource)
            yield from _function(resource, resources)
        yield from _exports(stack)
    yield from _kept(stage)
    yield from _order(stage)


def _service(resource: Resource) -> Iterator[Finding]:
    if resource.type != SERVICE:
        return
    deployment = resource.properties.get("DeploymentConfiguration", {})
    if not _on(deployment.get("DeploymentCircuitBreaker", {})):
        yield _finding(Rule.SERVICE, resource, "has no circuit breaker that rolls back")
    alarms = deployment.get("Alarms", {})
    if not (_on(alarms) and alarms.get("AlarmNames")):
        yield _finding(Rule.SERVICE, resource, "has no alarms that roll it back")


def _on(setting: Json) -> bool:
    return bool(setting.get("Enable") and setting.get("Rollback"))


def _function(asking: Resource, resources: dict[str, Resource]) -> Iterator[Finding]:
    match asking.type:
        case "AWS::Lambda::Url":
            target = [asking.properties.get("TargetFunctionArn"), asking.body.get("DependsOn")]
            reached = {id_ for id_ in _ids(target) if id_ in resources}
        case (
            "AWS::AppSync::DataSource"
            | "AWS::ApiGateway::Method"
            | "AWS::ApiGatewayV2::Integration"
        ):
            reached = {id_ for id_ in named(asking.properties) if id_ in resources}
        case _:
            return
    types = {resources[id_].type for id_ in reached}
    if ALIAS not in types and "AWS::Lambda::Function" in types:
        yield _finding(Rule.FUNCTION, asking, "asks a function itself, not an alias of it")
    for id_ in sorted(reached):
        if resources[id_].type == ALIAS and not _goes_back(resources[id_], resources):
            yield _finding(Rule.FUNCTION, resources[id_], "is not moved back by alarms")


def _ids(node: Any) -> Iterator[str]:
    """Logical ids that are referred to, or stand in ``DependsOn``."""
    yield from named(node)
    for part in node if isinstance(node, list) else ():
        yield from [part] if isinstance(part, str) else part if isinstance(part, list) else ()


def _goes_back(alias: Resource, resources: dict[str, Resource]) -> bool:
    policy = alias.body.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate", {})
    groups = [resources[i].properties for i in named(policy) if i in resources]
    return any(
        group.get("AlarmConfiguration", {}).get("Enabled")
        and group["AlarmConfiguration"].get("Alarms")
        and "DEPLOYMENT_STOP_ON_ALARM"
        in group.get("AutoRollbackConfiguration", {}).get("Events", ())
        for group in groups
    )


def _custom(resource: Resource) -> Iterator[Finding]:
    if lost_with(resource.type) == LOST_WITH_CUSTOM_RESOURCE:
        yield _finding(Rule.CUSTOM, resource, "is made and undone by its function")
        if "ServiceTimeout" not in resource.properties:
            says = "has no ServiceTimeout: CloudFormation waits an hour for a function that hangs"
            yield Finding(Rule.CUSTOM, resource.place, "", says)


def _name(resource: Resource) -> Iterator[Finding]:
    replacing = replaceable(resource.type)
    fixed = [name for name in replacing if _is_named(resource, name)]
    others = [name for name in replacing if name not in fixed]
    if fixed and others:
        says = f"keeps its name when a change of {' or '.join(others)} replaces it"
        yield _finding(Rule.NAME, resource, says)


def _is_named(resource: Resource, property_: str) -> bool:
    """Whether the property is its own name, and one that is written down."""
    own = re.fullmatch(r"(\w*?)(Name|Identifier)", property_)
    if own is None or own[1] not in resource.type.rpartition("::")[2]:
        return False
    value = resource.properties.get(property_)
    return value is not None and not set(named(value)) - PSEUDO


def _exports(stack: Stack) -> Iterator[Finding]:
    for name, output in stack.template.get("Outputs", {}).items():
        if "Export" in output:
            yield Finding(Rule.EXPORT, f"{stack.name}/{name}", "", "is exported")


def _kept(stage: Stage) -> Iterator[Finding]:
    if not any(stack.artifact.get("terminationProtection") for stack in stage.stacks):
        return
    for stack in stage.stacks:
        if not stack.artifact.get("terminationProtection"):
            yield Finding(Rule.STACK, stack.name, "", "can be deleted by one call")
        for resource in filter(lambda one: lost_with(one.type), stack.resources):
            deleted = resource.body.get("DeletionPolicy", "Delete")
            replaced = resource.body.get("UpdateReplacePolicy", "Delete")
            if deleted not in KEPT_WHEN_DELETED or replaced not in KEPT_WHEN_REPLACED:
                says = f"goes with its stack or its replacement, and {lost_with(resource.type)}"
                yield _finding(Rule.DATA, resource, says)


def _order(stage: Stage) -> Iterator[Finding]:
    """Stacks with what bounds or allows deployments in an account, before all others there."""
    after = {stack.name: stack.after for stack in stage.stacks}
    firsts = [stack for stack in stage.stacks if any(map(_bounds, stack.resources))]
    for first in firsts:
        for other in (stack for stack in stage.stacks if stack not in firsts):
            same = _account(other) == _account(first)
            if same and first.name not in _all_before(other.name, after):
                says = f"does not wait for {first.name}, which has its account's roles or rights"
                yield Finding(Rule.ORDER, other.name, "", says)


def _bounds(resource: Resource) -> bool:
    return resource.type == BOUNDARY and "ManagedPolicyName" in resource.properties


def _account(stack: Stack) -> str:
    return stack.target.removeprefix("aws://").split("/")[0]


def _all_before(name: str, after: dict[str, tuple[str, ...]]) -> set[str]:
    direct: Iterable[str] = after.get(name, ())
    return {*direct, *(one for before in direct for one in _all_before(before, after))}


def _finding(rule: Rule, resource: Resource, says: str) -> Finding:
    return Finding(rule, resource.place, resource.type, says)
