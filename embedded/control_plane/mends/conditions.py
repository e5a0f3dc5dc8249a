"""Conditions of a template see what ``Fn::Join`` makes.

MiniStack compares the function itself with a text, so "is this list empty" is never true: the
CDK's bootstrap then gives the role that deploys no policy at all.
"""

from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks


def mend() -> None:
    """Every module of MiniStack's that evaluates conditions gets ours."""
    theirs = engine._evaluate_conditions

    def evaluate_conditions(template: dict[str, Any], parameters: Mapping[str, Any]) -> Any:
        conditions = _joined(template.get("Conditions", {}), parameters)
        return theirs({**template, "Conditions": conditions}, parameters)

    for module in (changesets, engine, handlers, stacks):
        if hasattr(module, "_evaluate_conditions"):
            module._evaluate_conditions = evaluate_conditions


def _joined(node: Any, parameters: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_joined(item, parameters) for item in node]
    if not isinstance(node, dict):
        return node
    if node.keys() != {"Fn::Join"}:
        return {key: _joined(value, parameters) for key, value in node.items()}
    separator, parts = node["Fn::Join"]
    if isinstance(parts, dict):
        parts = _text(parts, parameters).split(",")  # a parameter that is a list
    return separator.join(_text(_joined(part, parameters), parameters) for part in parts)


def _text(part: Any, parameters: Mapping[str, Any]) -> str:
    if isinstance(part, dict) and part.get("Ref") in parameters:
        part = parameters[part["Ref"]]["Value"]
    return str(part)
