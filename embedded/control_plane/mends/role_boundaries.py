"""A role of a stack carries the permission boundary that its template gives it.

MiniStack's CloudFormation creates roles without: whoever takes such a role could do more here than
in an account, and the policies of a boundary could never be seen to hold.
"""

from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]


def mend() -> None:
    """Its IAM keeps boundaries, and counts and tells them."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack_name: str) -> Any:
        _must_exist(properties)
        name, attributes = create(logical_id, properties, stack_name)
        _bind(name, properties)
        return name, attributes

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Any:
        _must_exist(new)
        name, attributes = update(physical_id, old, new, *rest)
        _bind(name, new)
        return name, attributes

    handler["create"], handler["update"] = created, updated


def _must_exist(properties: Properties) -> None:
    boundary = properties.get("PermissionsBoundary")
    if boundary and not iam._policy_exists(boundary):
        raise ValueError(f"permission boundary {boundary} does not exist (NoSuchEntity)")


def _bind(role: str, properties: Properties) -> None:
    iam._roles[role]["PermissionsBoundary"] = properties.get("PermissionsBoundary")
