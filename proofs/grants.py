"""What each program's role may do: the actions granted to it, read from the templates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proofs.assembly import Resource, Stack, Stage
from proofs.policies import Statement, statements

SERVICE = "Service:"


@dataclass(frozen=True)
class Grant:
    """One statement that allows a role something."""

    role: Resource
    assumed_by: str
    """The service that runs the program: ``lambda.amazonaws.com``."""
    statement: Statement


def grants(stage: Stage) -> Iterator[Grant]:
    """Every grant to a role that an AWS service assumes to run something, by stack and role."""
    for stack in stage.stacks:
        for role in stack.resources:
            if role.type != "AWS::IAM::Role":
                continue
            for service in sorted(set(_services(role))):
                for statement in _granted(stack, role):
                    yield Grant(role, service, statement)


def _services(role: Resource) -> Iterator[str]:
    for statement in statements(role):
        if any(action.startswith("sts:AssumeRole") for action in statement.actions):
            for principal in statement.principals:
                if principal.startswith(SERVICE):
                    yield principal.removeprefix(SERVICE)


def _granted(stack: Stack, role: Resource) -> Iterator[Statement]:
    """Of the role's own policies and of those attached to it in its stack."""
    attached: list[Any] = [{"Ref": role.logical_id}]
    policies = [p for p in stack.resources if p.properties.get("Roles") == attached]
    for resource in (role, *policies):
        for statement in statements(resource):
            if statement.allows and not statement.principals:
                yield statement
