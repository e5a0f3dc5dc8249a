"""Every stage in one cloud assembly, as it stands in the gate, made deployable to one machine."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.control_plane.schemas import ResourceSchemas, definition
from stacks.constructs.lambda_package import HOST, LAMBDA, LambdaPackage

Json = Any
PACKAGES = ("operations", "telemetry")


@dataclass(frozen=True)
class DeployedStack:
    """A stack of the assembly: its path for the CLI, its name, and where it stands."""

    path: str
    name: str
    account: str
    region: str
    protected: bool
    template: Path

    @property
    def place(self) -> str:
        """As ``cdk bootstrap`` names it."""
        return f"aws://{self.account}/{self.region}"


class WholeFleet:
    """An assembly of assemblies, for one run of the CLI over all accounts and regions."""

    def __init__(self, folder: Path, stages: Mapping[str, Path]) -> None:
        """`stages` holds each stage's own assembly, which stays as it is."""
        self.folder = folder
        self._stages = {stage: folder / f"assembly-{stage}" for stage in stages}
        artifacts = {}
        for stage, assembly in stages.items():
            shutil.copytree(assembly / f"assembly-{stage}", self._stages[stage])
            for asset in filter(Path.is_file, assembly.glob("asset.*")):
                shutil.copy(asset, folder)
            manifest = json.loads((assembly / "manifest.json").read_text())
            artifacts[f"assembly-{stage}"] = manifest["artifacts"][f"assembly-{stage}"]
        manifest = {"version": manifest["version"], "artifacts": artifacts}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        self._take_packages_of_this_host()

    def stacks(self) -> list[DeployedStack]:
        """Of all stages, in no order."""
        return [
            _stack(folder, artifact)
            for folder in self._stages.values()
            for artifact in json.loads((folder / "manifest.json").read_text())["artifacts"].values()
            if artifact["type"] == "aws:cloudformation:stack"
        ]

    def change(self, changed: Callable[[Json], Json], stages: Iterable[str] = ()) -> set[Path]:
        """Rewrite the templates of all stages, or of those named; returns those now different."""
        different = set()
        for stage in stages or self._stages:
            for template in self._stages[stage].glob("*.template.json"):
                before = template.read_text()
                after = json.dumps(changed(json.loads(before)), indent=1)
                if after != before:
                    template.write_text(after)
                    _renew_key(template)
                    different.add(template)
        return different

    def _take_packages_of_this_host(self) -> None:
        """Functions run on this machine, so their packages have to be this machine's."""
        folders: dict[str, Path] = {}
        for name in PACKAGES:
            package = LambdaPackage(name, HOST)
            package.build()
            folders |= {
                LambdaPackage(name, LAMBDA).key: package.folder,
                package.key: package.folder,
            }
        for listed in self.folder.rglob("*.assets.json"):
            assets = json.loads(listed.read_text())
            for key in assets["files"].keys() & folders:
                source = assets["files"][key]["source"]
                source["path"] = os.path.relpath(folders[key], listed.parent)
            listed.write_text(json.dumps(assets))


def with_tag(name: str, value: str | None) -> Callable[[Json], Json]:
    """Tags every resource that can be tagged after it was made; None takes the tag away."""
    schemas = ResourceSchemas("eu-central-1")

    def changed(template: Json) -> Json:
        for resource in template["Resources"].values():
            if resource["Type"] not in schemas.types:
                continue
            schema = schemas.schema(resource["Type"])
            tagging = schema.get("tagging", {})
            tags = tagging.get("tagProperty", "/properties/Tags").rpartition("/")[2]
            kind = definition(schema, tags).get("type")
            properties = resource.setdefault("Properties", {})
            if not tagging.get("tagUpdatable") or f"/properties/{tags}" in schema.get(
                "createOnlyProperties", []
            ):
                continue
            given = properties.get(tags)
            if kind == "object":
                kept = {key: one for key, one in (given or {}).items() if key != name}
                properties[tags] = kept | ({name: value} if value else {})
            elif kind == "array":
                pairs = [tag for tag in given or [] if tag["Key"] != name]
                properties[tags] = pairs + ([{"Key": name, "Value": value}] if value else [])
            if not properties.get(tags):
                properties.pop(tags, None)
        return template

    return changed


def with_text(old: str, new: str) -> Callable[[Json], Json]:
    """Replaces a text wherever a template has it."""
    return lambda template: json.loads(json.dumps(template).replace(old, new))


def _renew_key(template: Path) -> None:
    """A template is published under its content's key, and never again under the same."""
    listed = template.with_name(template.name.replace(".template.", ".assets."))
    if not listed.exists():  # published by no one: the CLI sends it along
        return
    assets = json.loads(listed.read_text())["files"]
    [old] = [key for key, asset in assets.items() if asset["source"]["path"] == template.name]
    new = hashlib.sha256(template.read_bytes()).hexdigest()
    for file in (listed, template.with_name("manifest.json")):
        file.write_text(file.read_text().replace(old, new))


def _stack(folder: Path, artifact: Json) -> DeployedStack:
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    return DeployedStack(
        path=artifact["displayName"],
        name=artifact["properties"]["stackName"],
        account=account,
        region=region,
        protected=artifact["properties"].get("terminationProtection", False),
        template=folder / artifact["properties"]["templateFile"],
    )
