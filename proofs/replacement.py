"""Which properties of a resource type cannot change without CloudFormation making a new resource.

The official resource schemas say so: ``createOnlyProperties`` always, and
``conditionalCreateOnlyProperties`` for some values. Both count: what may replace is not safe.
"""

import importlib.util
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from proofs.assembly import Json

REGION = "us-east-1"
"""The region whose schemas are read: it has every type."""


def replacing_values(type_: str, properties: Json) -> Json:
    """The set properties whose change replaces a resource of that type, by their path.

    A type without a schema, such as a custom resource, has none.
    """
    values: Json = {}
    for pointer in _replacing(type_):
        steps = [step for step in pointer.split("/") if step not in ("", "properties")]
        found = list(_at(properties, steps))
        if found:
            values[".".join(steps)] = found[0] if len(found) == 1 else found
    return values


def replaceable(type_: str) -> list[str]:
    """The type's own properties, without what lies deeper, that cannot change in place."""
    return list(dict.fromkeys(pointer.split("/")[2] for pointer in _replacing(type_)))


def _at(node: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield node
    elif steps[0] in ("*", "items"):
        for item in node if isinstance(node, list) else ():
            yield from _at(item, steps[1:])
    elif isinstance(node, dict) and steps[0] in node:
        yield from _at(node[steps[0]], steps[1:])


@cache
def _replacing(type_: str) -> tuple[str, ...]:
    known = schema(type_)
    kinds = ("createOnlyProperties", "conditionalCreateOnlyProperties")
    return tuple(sorted(pointer for kind in kinds for pointer in known.get(kind, ())))


def schema(type_: str) -> Json:
    """The official schema of a resource type; empty for one that has none."""
    file = schema_files().get(type_)
    if file is None:
        return {}
    found: Json = json.loads((_schemas() / "resources" / f"{file}.json").read_text("utf-8"))
    return found


@cache
def known_actions() -> frozenset[str]:
    """Every action that IAM knows, in lower case: ``s3:getobject``."""
    file = _schemas().parent / "AdditionalSpecs" / "Policies.json"
    services: Json = json.loads(file.read_text("utf-8"))
    return frozenset(
        f"{service}:{action}" for service, one in services.items() for action in one["Actions"]
    )


@cache
def schema_files() -> dict[str, str]:
    """The file of each type's schema: every resource type that there is."""
    files: dict[str, str] = json.loads((_schemas() / f"providers/{REGION}.json").read_text("utf-8"))
    return files


@cache
def _schemas() -> Path:
    # Importing cfn-lint takes a second; only the data that it carries is wanted.
    package = importlib.util.find_spec("cfnlint")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("cfn-lint carries the resource schemas and is not installed")
    return Path(package.origin).parent / "data" / "schemas"
