"""Recorded resources: types with an official schema and no service behind them here."""

import hashlib
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation.provisioners import _physical_name

from embedded.control_plane.identifiers import identifier
from embedded.control_plane.record import RecordedResource, RecordFile
from embedded.control_plane.schemas import ResourceSchemas, Schema, definition, property_names
from embedded.control_plane.violations import violations

Properties = dict[str, Any]
Provisioned = tuple[str, dict[str, Any]]
"""Physical id (what ``Ref`` answers) and attributes (what ``Fn::GetAtt`` answers)."""


class InvalidPropertiesError(ValueError):
    """The template breaks the official schema of a resource type; names each property."""


class RecordedType:
    """Create, update and delete of one type, as the provisioners' table wants them."""

    def __init__(
        self,
        resource_type: str,
        schemas: ResourceSchemas,
        record: RecordFile,
        *,
        listed_as: str | None = None,
    ) -> None:
        """`listed_as`: in the record, when it is not the type as a whole that is recorded."""
        self._type = resource_type
        self._listed_as = listed_as or resource_type
        self._schemas = schemas
        self._record = record

    def handlers(self) -> dict[str, Any]:
        """The entry for MiniStack's table of provisioners."""
        return {
            "create": self.create,
            "update": self.update,
            "update_with_logical_id": True,
            "delete": self.delete,
        }

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        """Raises `InvalidPropertiesError`."""
        schema = self._schemas.schema(self._type)
        if found := violations(schema, properties):
            raise InvalidPropertiesError(f"{self._type} {logical_id}: {'; '.join(found)}")
        name = _physical_name(stack_name, logical_id)
        attributes = {
            attribute: _made_up(self._type, attribute, definition(schema, attribute), name)
            for attribute in property_names(schema, "readOnlyProperties")
        }
        physical_id = "|".join(
            str(properties.get(part) or attributes.get(part) or name)
            for part in property_names(schema, "primaryIdentifier")
        )
        self._record.add(
            RecordedResource(
                account=get_account_id(),
                region=get_region(),
                stack=stack_name,
                logical_id=logical_id,
                resource_type=self._listed_as,
                physical_id=physical_id,
            )
        )
        return physical_id, {**attributes, **_answered(schema, properties)}

    def update(
        self,
        physical_id: str,
        old: Properties,  # noqa: ARG002 — MiniStack's signature
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Provisioned:
        """In place: the engine has replaced it already when a create-only property changed."""
        return self.create(logical_id or physical_id, new, stack_name)

    def delete(
        self,
        physical_id: str,
        properties: Properties,  # noqa: ARG002 — MiniStack's signature
    ) -> None:
        """Takes it off the record."""
        self._record.remove(get_account_id(), get_region(), self._listed_as, physical_id)


def _answered(schema: Schema, properties: Properties) -> dict[str, Any]:
    """A property that the template sets can be read back by ``Fn::GetAtt`` too."""
    hidden = set(property_names(schema, "writeOnlyProperties"))
    return {name: value for name, value in properties.items() if name not in hidden}


def _made_up(resource_type: str, attribute: str, schema: Schema, name: str) -> object:
    """A value of the attribute's type, the same each time for the same resource."""
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = kind[0]
    if kind in _EMPTY:
        return _EMPTY[kind]()
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "1970-01-01T00:00:00Z"
    account, region = get_account_id(), get_region()
    _, service, resource = resource_type.lower().split("::")[:3]
    candidate = name
    if attribute.lower().endswith("arn"):
        candidate = f"arn:aws:{service}:{region}:{account}:{resource}/{name}"
    elif attribute.endswith("Id"):
        digest = hashlib.sha256(f"{resource_type}:{attribute}:{name}".encode()).hexdigest()
        candidate = f"{resource}-{digest[:17]}"
    return identifier(schema, candidate, account=account, region=region)


_EMPTY: dict[str, Callable[[], object]] = {
    "array": list,
    "object": dict,
    "integer": int,
    "number": int,
    "boolean": bool,
}
