"""The ledger: every stateful resource of an environment, and what its identity hangs on.

One file for each environment, committed. CloudFormation knows a resource by its stack and logical
id, and makes a new one when a property changes that cannot change in place; so these are recorded.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from proofs.assembly import Json, Resource, Stage
from proofs.references import named
from proofs.replacement import replacing_values
from proofs.stateful_types import REGENERATING, lost_with

Key = tuple[str, str, str]
"""Account and region, stack, logical id."""


@dataclass(frozen=True)
class Identity:
    """One stateful resource."""

    target: str
    """Account and region."""
    stack: str
    """Name in CloudFormation."""
    logical_id: str
    path: str
    """Of its construct, from the stack down."""
    type: str
    on_deletion: str
    """Its DeletionPolicy: what happens to it when it leaves the template."""
    on_replacement: str
    """Its UpdateReplacePolicy: what happens to the old one when there is a new one."""
    hangs_on: Json
    """The properties whose change makes a new resource, or its content anew, as they are set.

    With those of resources without state that one of them refers to: a function's, for its URL.
    """

    @property
    def key(self) -> Key:
        """What CloudFormation knows it by."""
        return self.target, self.stack, self.logical_id

    def __str__(self) -> str:
        """Its place, for a reader and for a waiver."""
        return f"{self.stack}/{self.logical_id}"


def identities(stage: Stage) -> list[Identity]:
    """Every stateful resource of the assembly, in order of stack and logical id."""
    found = [
        Identity(
            target=stack.target,
            stack=stack.stack_name,
            logical_id=resource.logical_id,
            path=resource.path,
            type=resource.type,
            on_deletion=resource.body.get("DeletionPolicy", "Delete"),
            on_replacement=resource.body.get("UpdateReplacePolicy", "Delete"),
            hangs_on=_hangs_on(resource, {one.logical_id: one for one in stack.resources}),
        )
        for stack in stage.stacks
        for resource in stack.resources
        if lost_with(resource.type)
    ]
    return sorted(found, key=lambda identity: identity.key)


def write(file: Path, held: Iterable[Identity]) -> None:
    """Record them, a readable file whose differences are easy to review."""
    content = {"identities": [asdict(identity) for identity in held]}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read(file: Path) -> list[Identity]:
    """What is recorded; nothing where the environment has no ledger yet."""
    if not file.exists():
        return []
    content = json.loads(file.read_text(encoding="utf-8"))
    return [Identity(**fields) for fields in content["identities"]]


def _hangs_on(resource: Resource, others: Mapping[str, Resource]) -> Json:
    own = resource.properties
    again = {k: own[k] for k in REGENERATING.get(resource.type, ()) if k in own}
    return _replacing(resource, others) | again


def _replacing(resource: Resource, others: Mapping[str, Resource]) -> Json:
    values = replacing_values(resource.type, resource.properties)
    further: Json = {}
    for property_, value in values.items():
        for other in (others[id_] for id_ in named(value) if id_ in others):
            if not lost_with(other.type):  # one with state has a place of its own in the ledger
                below = _replacing(other, others)
                further |= {f"{property_} -> {other.logical_id}.{k}": v for k, v in below.items()}
    return values | further
