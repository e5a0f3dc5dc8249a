"""A cloud assembly as `cdk synth` writes it: a stage, its stacks, resources and acknowledgements.

Reads the documented files only (manifest, templates, metadata, validation report), so any CDK
app's assembly will do.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class AssemblyError(ValueError):
    """A folder is not the assembly of one stage; says which."""


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    """Name of its stack in the app, without the stage: ``data``."""
    path: str
    """Of its construct, from the stack down; its logical id where no metadata tells."""
    logical_id: str
    body: Json

    @property
    def type(self) -> str:
        """Such as ``AWS::S3::Bucket``."""
        type_: str = self.body["Type"]
        return type_

    @property
    def properties(self) -> Json:
        """As the template has them, references unresolved."""
        properties: Json = self.body.get("Properties", {})
        return properties

    @property
    def place(self) -> str:
        """Where it stands, for a reader: ``data/Database/Cluster``."""
        return f"{self.stack}/{self.path}".removesuffix("/Resource").removesuffix("/Default")


@dataclass(frozen=True)
class Acknowledgement:
    """A finding that was accepted beside a construct."""

    construct: str
    """Its path, without the stage."""
    rule: str
    """Pack, rule and what it found: ``AwsSolutions::AwsSolutions-IAM5[Resource::*]``."""
    reason: str


@dataclass(frozen=True)
class Stack:
    """One stack with its template and what its artifact says."""

    name: str
    """In the app, without the stage."""
    stack_name: str
    """In CloudFormation."""
    target: str
    """Where it is deployed to: ``aws://100000000021/eu-central-1``."""
    template: Json
    artifact: Json
    resources: tuple[Resource, ...]
    acknowledged: tuple[Acknowledgement, ...]
    after: tuple[str, ...] = ()
    """The stacks that are deployed before it, by name."""


@dataclass(frozen=True)
class Stage:
    """The stacks that are deployed together as one environment."""

    name: str
    stacks: tuple[Stack, ...]
    report: Json
    """The validation report; empty where nothing was validated."""

    @property
    def resources(self) -> Iterator[Resource]:
        """Of every stack."""
        for stack in self.stacks:
            yield from stack.resources

    def neutral(self, text: str) -> str:
        """The text with ``{account}`` and ``{environment}`` for this stage's own."""
        for account in {stack.target.removeprefix("aws://").split("/")[0] for stack in self.stacks}:
            text = text.replace(account, "{account}")
        # The CDK makes some names of a construct's whole path and a hash over it.
        below = "|".join(re.escape(stack.name) for stack in self.stacks)
        text = re.sub(
            rf"{re.escape(self.name)}((?:{below})\w*?)[0-9A-F]{{8}}\b", r"{environment}\1", text
        )
        return re.sub(rf"\b{re.escape(self.name)}\b", "{environment}", text)


def read(folder: Path) -> Stage:
    """The only stage of an assembly.

    Raises `AssemblyError` where the folder holds none, or one of no stage or of several.
    """
    if not (folder / "manifest.json").exists():
        raise AssemblyError(f"{folder} holds no assembly: synthesise it first")
    artifacts = _artifacts(folder)
    stages = [a["properties"] for a in artifacts if a["type"] == "cdk:cloud-assembly"]
    if len(stages) != 1:
        raise AssemblyError(f"{folder} has {len(stages)} stages; each needs a folder of its own")
    (stage,) = stages
    name: str = stage.get("displayName", stage["directoryName"])
    inner = folder / stage["directoryName"]
    artifacts = _read(inner / "manifest.json").get("artifacts", {})
    stacks = {id_: a for id_, a in artifacts.items() if a["type"] == "aws:cloudformation:stack"}
    report = folder / "validation-report.json"
    return Stage(
        name,
        tuple(_stack(inner, name, artifact, stacks) for artifact in stacks.values()),
        _read(report) if report.exists() else {},
    )


def _stack(folder: Path, stage: str, artifact: Json, stacks: Json) -> Stack:
    properties = artifact["properties"]
    name = _name(artifact, stage)
    template = _read(folder / properties["templateFile"])
    metadata = list(_metadata(folder, stage, artifact))
    paths = {
        entry["data"]: path.removeprefix(f"{name}/")
        for path, entry in metadata
        if entry["type"] == "aws:cdk:logicalId"
    }
    return Stack(
        name=name,
        stack_name=properties["stackName"],
        target=artifact["environment"],
        template=template,
        artifact=properties,
        resources=tuple(
            Resource(name, paths.get(id_, id_), id_, body)
            for id_, body in template["Resources"].items()
        ),
        acknowledged=tuple(
            Acknowledgement(path, rule, reason)
            for path, entry in metadata
            if entry["type"] == "aws:cdk:acknowledged-rules"
            for rule, reason in entry["data"].items()
        ),
        after=tuple(
            sorted(
                _name(stacks[id_], stage)
                for id_ in artifact.get("dependencies", ())
                if id_ in stacks
            )
        ),
    )


def _name(artifact: Json, stage: str) -> str:
    """In the app, without the stage."""
    name: str = artifact["displayName"]
    return name.removeprefix(f"{stage}/")


def _metadata(folder: Path, stage: str, artifact: Json) -> Iterator[tuple[str, Json]]:
    """Every entry with its construct's path, without the stage."""
    entries: Json = dict(artifact.get("metadata", {}))
    if further := artifact.get("additionalMetadataFile"):
        entries |= _read(folder / further)
    for path, found in entries.items():
        for entry in found:
            yield path.removeprefix(f"/{stage}/"), entry


def _artifacts(folder: Path) -> list[Json]:
    return list(_read(folder / "manifest.json").get("artifacts", {}).values())


def _read(file: Path) -> Json:
    content: Json = json.loads(file.read_text(encoding="utf-8"))
    return content
