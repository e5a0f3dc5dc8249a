"""Who writes and who reads what another stack keeps, by what its programs are allowed.

A database decides for itself who may do what: it counts as read and written by whoever takes its
address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from proofs import references, usage
from proofs.assembly import Resource, Stack, Stage
from proofs.policies import flattened
from proofs.references import named

KEEPS = {
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
}
"""Types that a program reads and writes by permission."""
WRITES = (
    "*:Put*",
    "*:Send*",
    "*:Update*",
    "*:CreateLogStream",
    "*:ClientWrite",
    "dynamodb:Delete*",
    "s3:Delete*",
)
READS = ("*:Get*", "*:BatchGet*", "*:Query", "*:Receive*", "*:List*", "*:ClientMount")


@dataclass(frozen=True, order=True)
class Flow:
    """What goes between the programs of a stack and a store of another."""

    stack: str
    store: str
    """Its place: ``queue/SessionEvents/Queue``."""
    writes: bool
    reads: bool


def flows(stage: Stage) -> list[Flow]:
    """Each pair once, in order."""
    found: dict[tuple[str, str], set[str]] = {}
    for grant in usage.programs_grants(stage):
        for store in _stores(stage, grant.statement.resources):
            if store.stack != grant.role.stack:
                actions = found.setdefault((grant.role.stack, store.place), set())
                actions.update(grant.statement.actions)
    made = [
        Flow(stack, store, _any(actions, WRITES), _any(actions, READS))
        for (stack, store), actions in found.items()
    ]
    made += [
        Flow(stack.name, store.place, writes=True, reads=True)
        for stack in stage.stacks
        for store in _databases(stage, stack)
        if store.stack != stack.name
    ]
    return sorted(flow for flow in made if flow.writes or flow.reads)


def _stores(stage: Stage, named_in_policy: tuple[str, ...]) -> Iterator[Resource]:
    """Resources of another stack that a statement names by an output, or a bucket by its name."""
    outputs = {stack.stack_name: stack for stack in stage.stacks}
    for text in named_in_policy:
        if known := re.match(r"<([\w-]+)\.(\w+)>", text):
            stack = outputs.get(known[1])
            if stack is None:
                continue
            value = stack.template["Outputs"][known[2]]["Value"]
            by_id = {resource.logical_id: resource for resource in stack.resources}
            yield from (by_id[id_] for id_ in named(value) if _keeps(by_id.get(id_)))
        elif bucket := re.match(r"arn:aws:s3:::([\w.-]+)/", text):
            yield from (
                one
                for one in stage.resources
                if _keeps(one) and flattened(one.properties.get("BucketName", "")) == bucket[1]
            )


def _databases(stage: Stage, stack: Stack) -> Iterator[Resource]:
    """Those whose address the stack takes."""
    by_name = {one.stack_name: one for one in stage.stacks}
    found: dict[str, Resource] = {}
    for output in references.outputs(stack.template):
        home = by_name[output["StackName"]]
        match home.template["Outputs"][output["OutputName"]]["Value"]:
            case {"Fn::GetAtt": [id_, "Endpoint.Address"]}:
                found |= {one.place: one for one in home.resources if one.logical_id == id_}
    yield from found.values()


def _keeps(resource: Resource | None) -> bool:
    return resource is not None and resource.type in KEEPS


def _any(actions: set[str], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(action, pattern) for action in actions for pattern in patterns)
