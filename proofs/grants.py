"""What each program's role may do: the actions granted to it, read from the templates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from proofs.assembly import Resource, Stack, Stage
from proofs.policies import Statement, flattened, statements

SERVICE = "Service:"
ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
Policy = tuple[Stack, Resource, Sequence[Statement]]
"""A resource that states something, with its stack."""


@dataclass(frozen=True)
class Grant:
    """One statement that allows a role something."""

    role: Resource
    assumed_by: str
    """The service that runs the program: ``lambda.amazonaws.com``."""
    statement: Statement


def grants(stage: Stage) -> Iterator[Grant]:
    """Every grant to a role that an AWS service assumes to run something, by stack and role."""
    policies = [
        (stack, resource, stated)
        for stack in stage.stacks
        for resource in stack.resources
        if (stated := list(statements(resource)))
    ]
    for stack in stage.stacks:
        for role in stack.resources:
            if role.type != "AWS::IAM::Role":
                continue
            for service in sorted(set(_services(role))):
                for statement in _granted(policies, stack, role):
                    yield Grant(role, service, statement)


def _services(role: Resource) -> Iterator[str]:
    for statement in statements(role):
        if any(action.startswith("sts:AssumeRole") for action in statement.actions):
            for principal in statement.principals:
                if principal.startswith(SERVICE):
                    yield principal.removeprefix(SERVICE)


def _granted(policies: Sequence[Policy], stack: Stack, role: Resource) -> Iterator[Statement]:
    """By its own policies, by those attached to it, and by resources' policies that name it."""
    attached = set(map(flattened, role.properties.get("ManagedPolicyArns", ())))
    for home, resource, stated in policies:
        names = _names(role, stack, seen_from=home)
        its_own = (
            resource is role
            or not names.isdisjoint(map(flattened, _roles(resource)))
            or (home is stack and f"<{resource.logical_id}>" in attached)
        )
        for statement in filter(lambda one: one.allows, stated):
            named = {f"AWS:{name}" for name in names} & set(statement.principals)
            if named or (its_own and not statement.principals):
                yield statement


def _roles(resource: Resource) -> list[Any]:
    """Those that a policy says it is for."""
    given = resource.properties.get("Roles", ()) if resource.type in ATTACHED else ()
    return list(given)


def _names(role: Resource, stack: Stack, *, seen_from: Stack) -> set[str]:
    """Its name and its ARN, as a template of that stack writes them."""
    own = {f"<{role.logical_id}>", f"<{role.logical_id}.Arn>"}
    if seen_from is stack:
        return own
    return {
        f"<{stack.stack_name}.{output}>"
        for output, content in stack.template.get("Outputs", {}).items()
        if flattened(content["Value"]) in own
    }
