"""CloudFormation acts with the role that a stack was deployed with, and may do what that role may.

MiniStack passes over ``RoleARN``, so every stack may do everything: a deployment that would lock
itself out in an account goes on here. As there, the role stays with the stack (API reference,
``UpdateStack``), and a stack whose role is gone can neither change nor go.
"""

from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, stacks
from ministack.services.cloudformation.helpers import _error, _p

from embedded.control_plane.permissions import DeniedError, asked_of_handler, check, must_be_there
from embedded.control_plane.schemas import ResourceSchemas

Properties = dict[str, Any]
_KEY = "RoleARN"
_ACTIONS = ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "ExecuteChangeSet")


def mend(region: str) -> None:
    """Stacks without a role act with their caller's rights, which nobody limits here."""
    for action in _ACTIONS:
        handlers._ACTION_HANDLERS[action] = _keeping_the_role(handlers._ACTION_HANDLERS[action])
    schemas = ResourceSchemas(region)
    provision, update, delete = (
        stacks._provision_resource,
        stacks._update_resource,
        stacks._delete_resource,
    )

    def provisioned(resource_type: str, logical_id: str, new: Properties, stack: str) -> Any:
        _check(schemas, "create", stack, resource_type, None, {}, new)
        return provision(resource_type, logical_id, new, stack)

    def updated(
        resource_type: str,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack: str,
        *rest: Any,
    ) -> Any:
        if old != new:
            _check(schemas, "update", stack, resource_type, physical_id, old, new)
        return update(resource_type, physical_id, old, new, stack, *rest)

    def deleted(
        resource_type: str, physical_id: str, old: Properties, stack: str, *rest: Any
    ) -> Any:
        _check(schemas, "delete", stack, resource_type, physical_id, old, {})
        return delete(resource_type, physical_id, old, stack, *rest)

    stacks._provision_resource = provisioned
    stacks._update_resource = updated
    stacks._delete_resource = deleted


def _check(
    schemas: ResourceSchemas,
    operation: str,
    stack: str,
    resource_type: str,
    physical_id: str | None,
    old: Properties,
    new: Properties,
) -> None:
    role = cloudformation._stacks.get(stack, {}).get(_KEY)
    if role:
        for asked in asked_of_handler(schemas, operation, resource_type, physical_id, old, new):
            check(role, asked)


def _keeping_the_role(handler: Any) -> Any:
    def handle(parameters: Properties) -> Any:
        given = _p(parameters, _KEY)
        before = handlers._resolve_stack(_p(parameters, "StackName"))
        if before is not None and before["StackStatus"] == "DELETE_COMPLETE":
            before = None
        role = given or (before or {}).get(_KEY)
        if role:
            try:
                must_be_there(role)
            except DeniedError as error:
                return _error("ValidationError", str(error))
        if before is not None and given:
            before[_KEY] = given
        response = handler(parameters)
        after = handlers._resolve_stack(_p(parameters, "StackName"))
        if after is not None and role:
            after[_KEY] = role
        return response

    return handle
