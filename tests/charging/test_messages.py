"""Our message types against the official JSON schemas, which the `ocpp` package carries.

The least length of lists is left out: the official schemas disagree among themselves.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules
from typing import Any

import msgspec
import pytest

from services.charging.domain import ocpp16
from services.charging.domain.ocpp16.types import Message
from tests.charging.conformance import OFFICIAL

UNITS_OF_METER_VALUES_ONLY = {"Hertz"}
"""The official schema of StopTransaction forgot it."""


def _ours() -> Iterator[tuple[str, type[Message]]]:
    for module in iter_modules(ocpp16.__path__, f"{ocpp16.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, type) and issubclass(value, Message):
                yield name, value


OURS = dict(_ours())


@pytest.mark.parametrize("name", OFFICIAL)
def test_same_as_the_official_schema(name: str) -> None:
    ours = msgspec.json.schema(OURS[name])
    official = _official(name)
    assert _shape(ours, ours["$defs"]) == _shape(official, official.get("definitions", {}))


def _official(name: str) -> dict[str, Any]:
    text = (files("ocpp.v16") / "schemas" / f"{name}.json").read_text(encoding="utf-8-sig")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _shape(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """What a schema allows, in one form for both dialects."""
    if "$ref" in schema:
        return _shape(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in schema:
        [present] = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        return _shape(present, definitions)
    if "enum" in schema:
        return {"enum": set(schema["enum"]) - {None} - UNITS_OF_METER_VALUES_ONLY}
    if schema["type"] == "object":
        properties = schema.get("properties", {})
        return {
            "required": set(schema.get("required", [])),
            "properties": {
                name: _shape(property_, definitions) for name, property_ in properties.items()
            },
        }
    if schema["type"] == "array":
        return {"items": _shape(schema["items"], definitions)}
    return {key: schema[key] for key in ("type", "maxLength", "format") if key in schema}
