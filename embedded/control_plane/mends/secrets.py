"""``Ref`` of ``AWS::SecretsManager::Secret`` answers the secret's ARN, as its reference says.

MiniStack answers the name. A task definition that names a key of the secret (``{arn}:password::``)
is then no secret to its ECS, and the container starts without; a policy for it allows nothing.
"""

from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Provisioned = tuple[str, dict[str, Any]]


def mend() -> None:
    """The ARN is the physical id; MiniStack's own handlers get the name that they go by."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def created(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        _, attributes = create(logical_id, properties, stack_name)
        return attributes["Arn"], attributes

    def updated(
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Provisioned:
        _, attributes = update(_name(physical_id), old, new, stack_name, logical_id)
        return attributes["Arn"], attributes

    def deleted(physical_id: str, properties: Properties) -> None:
        delete(_name(physical_id), properties)

    handler |= {"create": created, "update": updated, "delete": deleted}


def _name(arn: str) -> str:
    name, _ = secretsmanager._resolve(arn)
    return name or arn
