"""A synthesised stage, as its tests look at it: files, never the CDK."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Template = dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """One stack of the assembly."""

    name: str
    template: Template
    terminates: bool
    """Whether it may be deleted as it is."""
    account: str
    """Whose it is."""
    region: str
    needs: frozenset[str]
    """The stacks that are deployed before it."""
    tags: dict[str, str]
    """CloudFormation passes them on to every resource."""

    def of_type(self, type_: str) -> dict[str, Template]:
        """Its resources of one type, by logical id."""
        resources = self.template["Resources"]
        return {id_: body for id_, body in resources.items() if body["Type"] == type_}

    def only(self, type_: str) -> Template:
        """The properties of its only resource of that type."""
        (body,) = self.of_type(type_).values()
        properties: Template = body["Properties"]
        return properties

    @property
    def outputs(self) -> set[str]:
        """Names of what it puts out."""
        return set(self.template.get("Outputs", {}))


class Assembly:
    """All stacks of one environment, or of the organisation."""

    def __init__(self, environment: str, folder: Path) -> None:
        self.environment = environment
        self.folder = folder

    @cached_property
    def stacks(self) -> dict[str, Stack]:
        """By name without the environment."""
        stage = self.folder / f"assembly-{self.environment}"
        artifacts = json.loads((stage / "manifest.json").read_text())["artifacts"]
        stacks = {k: a for k, a in artifacts.items() if a["type"] == "aws:cloudformation:stack"}
        names = {
            id_: artifact["properties"]["stackName"].removeprefix(f"{self.environment}-")
            for id_, artifact in stacks.items()
        }
        return {
            names[id_]: Stack(
                name=artifact["properties"]["stackName"],
                template=json.loads((stage / artifact["properties"]["templateFile"]).read_text()),
                terminates=not artifact["properties"].get("terminationProtection", False),
                account=artifact["environment"].removeprefix("aws://").partition("/")[0],
                region=artifact["environment"].rpartition("/")[2],
                tags=artifact["properties"].get("tags", {}),
                needs=frozenset(names[d] for d in artifact.get("dependencies", ()) if d in names),
            )
            for id_, artifact in stacks.items()
        }

    def __getitem__(self, stack: str) -> Stack:
        return self.stacks[stack]

    def of_type(self, type_: str) -> Iterator[tuple[str, Template]]:
        """Every resource of a type in any stack, with its place."""
        for name, stack in self.stacks.items():
            for id_, body in stack.of_type(type_).items():
                yield f"{name}/{id_}", body

    @cached_property
    def report(self) -> Template:
        """What the validator and cdk-nag found."""
        found: Template = json.loads((self.folder / "validation-report.json").read_text())
        return found


def values_of(node: object, key: str) -> Iterator[Any]:
    """Every value that stands under `key`, however deep."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values_of(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from values_of(item, key)
