"""What stacks take from each other: weak references to outputs, and the order between stacks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proofs.assembly import Resource, Stack, Stage


@dataclass(frozen=True, order=True)
class Taken:
    """Something of one stack that another one reads when it is deployed."""

    by: str
    of: str
    what: str
    """The resource's place in its stack: ``Database/Cluster``."""


def taken(stage: Stage) -> list[Taken]:
    """All that stacks of the stage take of each other, each once and in order."""
    stacks = {stack.stack_name: stack for stack in stage.stacks}
    found = {
        Taken(stack.name, stacks[output["StackName"]].name, _place(stacks, output))
        for stack in stage.stacks
        for output in outputs(stack.template)
        if output["StackName"] in stacks
    }
    return sorted(found)


def resolved(stage: Stage, stack: str, value: Any) -> Iterator[Resource]:
    """What a value in a stack's template refers to: there, or by an output in another stack."""
    by_name = {one.stack_name: one for one in stage.stacks}
    (own,) = (one for one in stage.stacks if one.name == stack)
    places = [(own, value)] + [
        (other, other.template["Outputs"][output["OutputName"]]["Value"])
        for output in outputs(value)
        if (other := by_name.get(output["StackName"]))
    ]
    for home, references in places:
        ids = set(named(references))
        yield from (one for one in home.resources if one.logical_id in ids)


def outputs(node: Any) -> Iterator[dict[str, str]]:
    """Every output of a stack that a value reads: its `StackName` and its `OutputName`."""
    if isinstance(node, dict):
        if isinstance(output := node.get("Fn::GetStackOutput"), dict):
            yield output
        for value in node.values():
            yield from outputs(value)
    elif isinstance(node, list):
        for item in node:
            yield from outputs(item)


def _place(stacks: dict[str, Stack], output: dict[str, str]) -> str:
    stack = stacks[output["StackName"]]
    value = stack.template["Outputs"][output["OutputName"]]["Value"]
    resources = {resource.logical_id: resource for resource in stack.resources}
    return next((_short(resources[id_]) for id_ in named(value) if id_ in resources), "")


def _short(resource: Resource) -> str:
    return resource.place.removeprefix(f"{resource.stack}/")


def named(node: Any) -> Iterator[str]:
    """The logical ids that a value refers to."""
    match node:
        case {"Ref": str(id_)}:
            yield id_
        case {"Fn::GetAtt": [str(id_), _]}:
            yield id_
        case {"Fn::Sub": str(text) | [str(text), _]}:
            yield from re.findall(r"\$\{(\w+)[.}]", text)
        case dict():
            for value in node.values():
                yield from named(value)
        case list():
            for item in node:
                yield from named(item)
