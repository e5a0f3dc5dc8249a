"""Who may do what, as AWS decides it: the documents of a template, asked instead of read.

An explicit refusal anywhere wins; else a role's own policies must allow, and its boundary too;
control policies of the organisation only refuse ("Policy evaluation logic", IAM user guide).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from stacks.environments import HOME_REGION
from tests.stacks.assembly import Stack, Template

Context = Mapping[str, str | list[str]]
"""Of a condition key's name: its value, or all of them."""

_AWS_POLICIES: dict[str, Template] = json.loads(aws_managed_policies_data)


@dataclass(frozen=True)
class Role:
    """A role of a template, and what binds it beside its own policies."""

    arn: str
    policies: tuple[Template, ...]
    boundary: Template | None = None
    guardrails: tuple[Template, ...] = ()

    def may(self, action: str, resource: str = "*", context: Context | None = None) -> bool:
        """Whether AWS lets it, with what the request says of itself in `context`."""
        said = {"aws:PrincipalArn": self.arn, "aws:RequestedRegion": HOME_REGION}
        asked = said | dict(context or {})
        binding = [*self.policies, *self.guardrails, *([self.boundary] if self.boundary else [])]
        if any(_says("Deny", document, action, resource, asked) for document in binding):
            return False
        return any(_says("Allow", one, action, resource, asked) for one in self.policies) and (
            self.boundary is None or _says("Allow", self.boundary, action, resource, asked)
        )


def roles(stack: Stack, account: str, guardrails: Iterable[Template] = ()) -> dict[str, Role]:
    """The roles of a stack by name, with every policy that it gives them."""
    resources: dict[str, Template] = stack.template["Resources"]
    inline: dict[str, list[Template]] = {}
    for body in stack.of_type("AWS::IAM::Policy").values():
        for role in body["Properties"]["Roles"]:
            inline.setdefault(role["Ref"], []).append(body["Properties"]["PolicyDocument"])
    found = {}
    for id_, body in stack.of_type("AWS::IAM::Role").items():
        properties = body["Properties"]
        given = [
            text(arn).partition(":policy/")[2] for arn in properties.get("ManagedPolicyArns", ())
        ]
        boundary = properties.get("PermissionsBoundary")
        found[properties["RoleName"]] = Role(
            arn=f"arn:aws:iam::{account}:role/{properties['RoleName']}",
            policies=(
                *inline.get(id_, []),
                *(_AWS_POLICIES[name.rpartition("/")[2]]["Document"] for name in given),
            ),
            boundary=(
                resources[boundary["Ref"]]["Properties"]["PolicyDocument"] if boundary else None
            ),
            guardrails=tuple(guardrails),
        )
    return found


def refuses(
    document: Template, action: str, resource: str = "*", context: Context | None = None
) -> bool:
    """Whether a control policy refuses a request."""
    return _says("Deny", document, action, resource, dict(context or {}))


def text(value: Any) -> str:
    """A value of a template as it will be."""
    match value:
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(map(text, parts))
        case {"Ref": "AWS::Partition"}:
            return "aws"
        case str():
            return value
    raise ValueError(f"{value} is known after deployment only")


def _says(effect: str, document: Template, action: str, resource: str, asked: Context) -> bool:
    return any(
        statement["Effect"] == effect
        and _names(statement, "Action", action, ignore_case=True)
        and _names(statement, "Resource", resource)
        and all(
            _holds(operator, key, _listed(values), asked)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
        for statement in document["Statement"]
    )


def _names(statement: Template, part: str, asked: str, *, ignore_case: bool = False) -> bool:
    def one_of(patterns: Any) -> bool:
        return any(_like(text(p), asked, ignore_case=ignore_case) for p in _listed(patterns))

    if part in statement:
        return one_of(statement[part])
    return not one_of(statement[f"Not{part}"])


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda expected, value: expected == value,
    "StringLike": lambda expected, value: _like(expected, value),
    "ArnEquals": lambda expected, value: _like(expected, value),
    "ArnLike": lambda expected, value: _like(expected, value),
    "Bool": lambda expected, value: expected.lower() == value.lower(),
    "NumericLessThan": lambda expected, value: int(value) < int(expected),
}


def _holds(operator: str, key: str, expected: list[Any], asked: Context) -> bool:
    value = {name.lower(): one for name, one in asked.items()}.get(key.lower())
    if operator == "Null":
        return [text(one) for one in expected] == [str(value is None).lower()]
    name, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    if name.startswith("ForAllValues:"):
        each = name.removeprefix("ForAllValues:")
        return all(_holds(each, key, expected, {key: one}) for one in _listed(value or []))
    negated = "Not" in name
    if value is None:
        return optional or negated
    compare = _COMPARE[name.replace("Not", "")]
    return any(compare(text(one), str(value)) for one in expected) is not negated


def _like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return bool(re.fullmatch(expression, value, re.IGNORECASE if ignore_case else 0))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
