"""Properties against a CloudFormation schema: what is wrong, and where.

A schema is JSON Schema draft 7 (CloudFormation user guide, "Resource type definition schema").
"""

from collections.abc import Mapping
from typing import Any

import regex
from jsonschema import Draft7Validator, TypeChecker, ValidationError, validators

from embedded.control_plane.schemas import Schema


def _is_boolean(_: TypeChecker, value: object) -> bool:
    return isinstance(value, bool) or value in ("true", "false")


def _is_string(_: TypeChecker, value: object) -> bool:
    return isinstance(value, str | bool | int | float)


def _is_integer(_: TypeChecker, value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (
        isinstance(value, str) and regex.fullmatch(r"[-+]?\d+", value) is not None
    )


def _is_number(_: TypeChecker, value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (
        isinstance(value, str) and regex.fullmatch(r"[-+]?\d+(\.\d+)?", value) is not None
    )


def _pattern(_: Draft7Validator, pattern: str, value: object, __: Schema) -> Any:
    # The official patterns are Java's: `re` cannot read all of them.
    try:
        matches = not isinstance(value, str) or regex.search(pattern, value)
    except regex.error:
        return
    if not matches:
        yield ValidationError(f"{value!r} does not match {pattern!r}")


# CloudFormation itself takes "true" for true, "8" for 8 and 8 for "8".
_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]  # jsonschema leaves it so
    Draft7Validator,
    {"pattern": _pattern},
    type_checker=Draft7Validator.TYPE_CHECKER.redefine_many(
        {
            "boolean": _is_boolean,
            "string": _is_string,
            "integer": _is_integer,
            "number": _is_number,
        }
    ),
)


def violations(schema: Schema, properties: Mapping[str, object]) -> list[str]:
    """One sentence for each violation, the property's path first; empty when all is well."""
    found = _Validator(schema).iter_errors(properties)
    return sorted(f"{_path(error)}: {error.message}" for error in found)


def _path(error: ValidationError) -> str:
    return "/".join(["Properties", *map(str, error.absolute_path)])
