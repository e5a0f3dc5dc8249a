"""The official CloudFormation schema of every resource type, as cfn-lint's package carries them."""

import importlib.util
import json
from functools import cache, cached_property
from pathlib import Path
from typing import Any

Schema = dict[str, Any]


class ResourceSchemas:
    """The types that one region has. Needs no network; reads a type's schema when asked for it."""

    def __init__(self, region: str) -> None:
        self._region = region

    @cached_property
    def _folder(self) -> Path:
        # Importing cfn-lint takes a second; only its data is wanted.
        package = importlib.util.find_spec("cfnlint")
        if package is None or package.origin is None:
            raise ModuleNotFoundError("cfn-lint carries the resource schemas and is not installed")
        return Path(package.origin).parent / "data" / "schemas"

    @cached_property
    def _files(self) -> dict[str, str]:
        providers = self._folder / "providers"
        path = providers / f"{self._region}.json"
        if not path.exists():
            path = providers / "us-east-1.json"
        files: dict[str, str] = json.loads(path.read_text("utf-8"))
        return files

    @property
    def types(self) -> frozenset[str]:
        """Every type's name, for example ``AWS::EC2::FlowLog``."""
        return frozenset(self._files)

    @cached_property
    def actions(self) -> frozenset[str]:
        """Every action that IAM knows, in lower case; schemas also list what is none."""
        services: Schema = _read(self._folder.parent / "AdditionalSpecs" / "Policies.json")
        return frozenset(
            f"{service}:{action}" for service, one in services.items() for action in one["Actions"]
        )

    def schema(self, resource_type: str) -> Schema:
        """Raises `KeyError` for a type that the region does not have."""
        return _read(self._folder / "resources" / f"{self._files[resource_type]}.json")


@cache
def _read(path: Path) -> Schema:
    schema: Schema = json.loads(path.read_text("utf-8"))
    return schema


def property_names(schema: Schema, kind: str) -> tuple[str, ...]:
    """Dotted names under ``kind``, for example ``readOnlyProperties`` → ``Endpoint.Address``."""
    return tuple(
        pointer.removeprefix("/properties/").replace("/properties/", "/").replace("/", ".")
        for pointer in schema.get(kind, [])
    )


def definition(schema: Schema, dotted: str) -> Schema:
    """The schema of one property, references followed; empty when the schema names none."""
    node: Schema = schema
    for name in dotted.split("."):
        node = _resolved(schema, node).get("properties", {}).get(name, {})
    return _resolved(schema, node)


def _resolved(schema: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        reference: str = node["$ref"]
        node = schema
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    return node
