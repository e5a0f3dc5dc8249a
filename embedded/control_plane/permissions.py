"""What a role may do, by its policies and its boundary, and what an operation of a stack asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from embedded.control_plane.schemas import ResourceSchemas

Properties = Mapping[str, Any]
_VERBS = {
    "create": ("Create", "Put", "Request", "Allocate", "Register", "Authorize", "Associate"),
    "update": ("Update", "Modify", "Set", "Put", "Replace", "Change"),
    "delete": ("Delete", "Schedule", "Release", "Deregister", "Revoke", "Disassociate", "Remove"),
}
_OF_A_ROLE = {
    "Policies": ("PutRolePolicy", "DeleteRolePolicy"),
    "ManagedPolicyArns": ("AttachRolePolicy", "DetachRolePolicy"),
    "AssumeRolePolicyDocument": ("UpdateAssumeRolePolicy", ""),
    "PermissionsBoundary": ("PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"),
}
"""What another value of a role's property asks, and what taking it away asks."""
_GIVEN_AT_CREATION = ("AssumeRolePolicyDocument", "PermissionsBoundary")


class DeniedError(PermissionError):
    """A role may not do what the stack asks; in the words of IAM."""


@dataclass(frozen=True)
class Asked:
    """One action on one resource; without a known ARN, on any."""

    action: str
    resource: str | None = None
    boundary: str | None = None
    """Of the role that is acted upon: ``iam:PermissionsBoundary``."""


def must_be_there(role: str) -> str:
    """The role's name; raises `DeniedError`."""
    name = role.rpartition("/")[2]
    if iam._roles.get(name) is None:
        raise DeniedError(f"Role {role} is invalid or cannot be assumed")
    return name


def check(role: str, asked: Asked) -> None:
    """Raises `DeniedError` when the role is not there, or does not have the right."""
    name, account = must_be_there(role), get_account_id()
    context = iam_evaluator.EvalContext(
        # What a condition on aws:PrincipalArn is told of a session: its role.
        principal_arn=iam._roles[name]["Arn"],
        principal_type="AssumedRole",
        principal_account=account,
        action=asked.action,
        resource_arn=asked.resource or "*",
        region=get_region(),
        service_context={"iam:permissionsboundary": asked.boundary} if asked.boundary else {},
    )
    policies = iam_evaluator._gather_role_policies(name, account)
    limits = iam_evaluator._permissions_boundary(iam._roles, name, account)
    if asked.resource is None:
        policies, limits = _of_any_resource(policies), [_of_any_resource(one) for one in limits]
    result = iam_evaluator.evaluate(context, policies, *limits)
    if result.decision != "Allow":
        why = (
            f"an explicit deny ({result.matched_sid})" if result.decision == "Deny" else "no allow"
        )
        user = f"arn:aws:sts::{account}:assumed-role/{name}/AWSCloudFormation"
        raise DeniedError(
            f"User: {user} is not authorized to perform: {asked.action}"
            f" on resource: {context.resource_arn} because of {why}"
        )


def _of_any_resource(policies: list[list[Any]]) -> list[list[Any]]:
    return [
        [
            replace(one, resources=["*"], not_resources=[]) if one.effect == "Allow" else one
            for one in statements
        ]
        for statements in policies
    ]


def asked_of_handler(
    schemas: ResourceSchemas,
    operation: str,
    resource_type: str,
    physical_id: str | None,
    old: Properties,
    new: Properties,
) -> Iterator[Asked]:
    """The actions that give an operation its name; not those that read or tag beside it.

    `operation` is ``create``, ``update`` or ``delete``. By the list of permissions in the type's
    official schema; for roles and their policies, by the properties that change.
    """
    if resource_type == "AWS::IAM::Role":
        yield from _of_role(operation, physical_id, old, new)
    elif resource_type == "AWS::IAM::Policy":
        verb = "Delete" if operation == "delete" else "Put"
        for name in (old if operation == "delete" else new).get("Roles", []):
            yield _on_role(f"{verb}RolePolicy", name)
    elif resource_type in schemas.types:
        handlers = schemas.schema(resource_type).get("handlers", {})
        listed = handlers.get(operation, {}).get("permissions", [])
        permissions = [one for one in listed if one.lower() in schemas.actions]
        arn = physical_id if physical_id and physical_id.startswith("arn:") else None
        if action := _named_for(operation, resource_type, permissions):
            yield Asked(action, arn)


def _named_for(operation: str, resource_type: str, permissions: list[str]) -> str | None:
    _, service, resource = resource_type.lower().replace("::", ":").split(":")
    for verb in _VERBS[operation]:
        named = [one for one in permissions if one.partition(":")[2].startswith(verb)]
        if named:
            # The whole name first (rds:CreateDBCluster), then the type's own service, then what is
            # least beside it.
            return min(
                named,
                key=lambda one: (
                    not one.lower().endswith(f":{verb}{resource}".lower()),
                    not one.startswith(f"{service}:"),
                    len(one),
                ),
            )
    return None


def _of_role(
    operation: str, physical_id: str | None, old: Properties, new: Properties
) -> Iterator[Asked]:
    name = physical_id or new.get("RoleName") or "*"
    boundary = new.get("PermissionsBoundary")
    if operation == "delete":
        yield _on_role("DeleteRole", name)
        return
    yield _on_role("CreateRole" if operation == "create" else "UpdateRole", name, boundary)
    given = _GIVEN_AT_CREATION if operation == "create" else ()
    for part, (put, taken) in _OF_A_ROLE.items():
        if old.get(part) == new.get(part) or part in given:
            continue
        if action := put if new.get(part) else taken:
            yield _on_role(action, name, boundary)


def _on_role(action: str, name: str, boundary: str | None = None) -> Asked:
    role = iam._roles.get(name) or {}
    arn = role.get("Arn") or f"arn:aws:iam::{get_account_id()}:role/{name}"
    return Asked(f"iam:{action}", arn, boundary or role.get("PermissionsBoundary"))
