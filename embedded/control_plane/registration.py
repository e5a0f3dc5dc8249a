"""Puts our resource types beside MiniStack's, so that no type is passed over in silence."""

from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation import provisioners, stacks

from embedded.control_plane import unread_properties
from embedded.control_plane.api_resources import ApiClients, ApiResource
from embedded.control_plane.api_types import API_TYPES
from embedded.control_plane.application_autoscaling.scalable_target import (
    SCALABLE_TARGET,
    ScalableTarget,
)
from embedded.control_plane.mends.alias_deployments import ALIAS
from embedded.control_plane.mends.configurations import CONFIGURABLE
from embedded.control_plane.mends.service_deployments import SERVICE
from embedded.control_plane.record import RecordFile, UnreadFile
from embedded.control_plane.recorded_resources import RecordedType
from embedded.control_plane.schemas import ResourceSchemas, property_names
from embedded.control_plane.settings import ControlPlaneSettings

_CALLS_BACK = frozenset(
    {
        "AWS::Lambda::Version",  # with SnapStart it starts the function
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        *CONFIGURABLE,
        ALIAS,
        SERVICE,
    }
)
"""MiniStack's own types that call this endpoint, or wait for a process that may."""


def register(settings: ControlPlaneSettings, clients: ApiClients) -> None:
    """Every type is created, or recorded; MiniStack refuses by name what is then unknown."""
    schemas = ResourceSchemas(settings.region)
    table: dict[str, Any] = provisioners._RESOURCE_HANDLERS
    created = {name: ApiResource(api_type, clients) for name, api_type in API_TYPES.items()}
    created[SCALABLE_TARGET] = ScalableTarget(clients)
    for resource_type, resource in created.items():
        table.setdefault(resource_type, {}).update(resource.handlers())
    record = RecordFile(settings.record)
    recorded = schemas.types - table.keys()
    for resource_type in recorded:
        table[resource_type] = RecordedType(resource_type, schemas, record).handlers()
    unread_properties.watch(UnreadFile(settings.unread), except_for=recorded)
    _tag_in_place(created)
    _replace_by_the_schemas(schemas, recorded | created.keys())
    _provision_off_the_event_loop(_CALLS_BACK | created.keys())


def _replace_by_the_schemas(schemas: ResourceSchemas, ours: frozenset[str]) -> None:
    """A create-only property that changes replaces a resource; what stands beside it does not."""
    recreation, replacing = provisioners._property_recreation, provisioners._replacing_change

    def create_only(resource_type: str) -> tuple[str, ...]:
        return property_names(schemas.schema(resource_type), "createOnlyProperties")

    def property_recreation(resource_type: str, name: str) -> str:
        if resource_type not in ours:
            return str(recreation(resource_type, name))
        if name in create_only(resource_type):
            return "Always"
        within = any(one.startswith(f"{name}.") for one in create_only(resource_type))
        return "Conditionally" if within else "Never"

    def replacing_change(resource_type: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
        if resource_type not in ours:
            return bool(replacing(resource_type, old, new))
        paths = [name.split(".") for name in create_only(resource_type)]
        return any(_value(old, path) != _value(new, path) for path in paths)

    for module in (provisioners, stacks):
        module._property_recreation = property_recreation
        module._replacing_change = replacing_change


def _value(properties: Any, path: list[str]) -> Any:
    """What stands there; a list whole, for its items have no names."""
    for name in path:
        if not isinstance(properties, dict):
            break
        properties = properties.get(name)
    return properties


def _tag_in_place(created: Mapping[str, ApiResource]) -> None:
    """Other tags alone replace no resource: a NAT gateway would get another address."""
    theirs = stacks._update_resource

    def update_resource(
        resource_type: str,
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack_name: str,
        logical_id: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> Any:
        attributes = attributes or {}
        resource = created.get(resource_type)
        replaced = provisioners._replacing_change(resource_type, old, new)
        if resource and not replaced and old.get("Tags") != new.get("Tags"):
            # EC2 knows an address by its allocation, CloudFormation by itself.
            resource.tag(attributes.get("AllocationId", physical_id), old, new)
            old = {name: value for name, value in old.items() if name != "Tags"}
            old |= {"Tags": new["Tags"]} if "Tags" in new else {}
            if old == new:
                return physical_id, attributes
        return theirs(resource_type, physical_id, old, new, stack_name, logical_id, attributes)

    stacks._update_resource = update_resource


def _provision_off_the_event_loop(types: frozenset[str]) -> None:
    """What calls this endpoint, or waits for something that does, must not block its loop."""
    theirs = stacks._runs_on_worker_thread

    def runs_on_worker_thread(resource_type: str) -> bool:
        return resource_type in types or bool(theirs(resource_type))

    stacks._runs_on_worker_thread = runs_on_worker_thread
