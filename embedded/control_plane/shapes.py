"""CloudFormation properties as the input of an API operation, by botocore's description of it.

The two name the same things, with another case here and there, and write scalars differently: a
template may say "true" or "443" where the API takes a boolean or an integer.
"""

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


class UnmappedPropertyError(ValueError):
    """The operation has no member for a property, so the property would be lost; names it."""


def as_input(
    shape: StructureShape, properties: Mapping[str, Any], path: str = ""
) -> dict[str, Any]:
    """Raises `UnmappedPropertyError`, or `ValueError` for a scalar that is none."""
    members = {name.lower(): (name, member) for name, member in shape.members.items()}
    mapped = {}
    for name, value in properties.items():
        if name.lower() not in members:
            raise UnmappedPropertyError(f"{path}{name}: {shape.name} has no such member")
        member_name, member = members[name.lower()]
        mapped[member_name] = _converted(member, value, f"{path}{name}")
    return mapped


def _converted(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return as_input(shape, value, f"{path}/")
    if isinstance(shape, ListShape):
        items = value if isinstance(value, list) else [value]
        return [_converted(shape.member, item, f"{path}/{at}") for at, item in enumerate(items)]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: _converted(shape.value, item, f"{path}/{key}") for key, item in value.items()}
    try:
        return _scalar(shape.type_name, value)
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"{path}: {value!r} is no {shape.type_name}") from error


def _scalar(kind: str, value: Any) -> Any:
    if kind == "boolean":
        return {"true": True, "false": False}[str(value).lower()]
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "string":
        if isinstance(value, Mapping | list):
            raise TypeError(kind)
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value
