"""Resources created by one API operation of a service that MiniStack has.

An `ApiType` says which operations; everything else follows from botocore's description of them.
The operations are called over HTTP, in the account and region of the stack, so these types must be
provisioned off the event loop that answers (`embedded.control_plane.registration`).
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import jmespath
from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation.provisioners import _physical_name

from embedded.control_plane.shapes import as_input

Properties = dict[str, Any]


def _unchanged(properties: Properties) -> Properties:
    return properties


@dataclass(frozen=True)
class ApiType:
    """How one resource type is created and deleted.

    Expressions are JMESPath over ``{properties, response, id}``; ``id`` is the physical id.
    """

    service: str
    """botocore's name of the service."""
    create: str
    """The operation, in snake case, as boto3 names it."""
    physical_id: str
    delete: str
    delete_input: Mapping[str, str]
    update: str | None = None
    """Takes the same input as `create`; without it, a change of more than tags replaces."""
    named_by_content: bool = False
    """What is created with other words beside it has the same id: the old one has to go first."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    keeps_update: bool = False
    """MiniStack has the type, and its own update is right."""
    named: str | None = None
    """The property that CloudFormation makes up where a template leaves it out."""
    tagged_as: str | None = None
    """EC2 takes tags as ``TagSpecifications`` of a resource type."""
    shaped: Callable[[Properties], Properties] = _unchanged
    """Brings properties into the operation's form where names alone do not."""


class ApiClients:
    """boto3-like clients of this endpoint, one for each service, account and region."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session = botocore.session.Session()
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, account: str, region: str) -> Any:
        """The access key is the account's id: that is how an endpoint for many accounts tells."""
        key = (service, account, region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session.create_client(
                    service,
                    region_name=region,
                    endpoint_url=self._endpoint,
                    aws_access_key_id=account,
                    aws_secret_access_key="embedded",  # noqa: S106 — nothing checks it
                )
            return self._clients[key]


class ApiResource:
    """Create, update and delete of one type, as the provisioners' table wants them."""

    def __init__(self, api_type: ApiType, clients: ApiClients) -> None:
        self._type = api_type
        self._clients = clients

    def handlers(self) -> dict[str, Any]:
        """What to put into the type's entry in MiniStack's table of provisioners."""
        ours: dict[str, Any] = {"create": self.create, "delete": self.delete}
        if not self._type.keeps_update:
            ours |= {"update": self.update, "update_with_logical_id": True}
        return ours

    def create(
        self,
        logical_id: str,
        properties: Properties,
        stack_name: str,
    ) -> tuple[str, dict[str, Any]]:
        """Raises what the API answers, and `ValueError` naming a property that it has not."""
        if self._type.named:
            name = _physical_name(stack_name, logical_id)
            properties = {self._type.named: name, **properties}
        response = self._call(self._type.create, self._input(self._type.create, properties))
        known = {"properties": properties, "response": response}
        physical_id = str(_value(self._type.physical_id, known))
        attributes = {
            name: _value(expression, {**known, "id": physical_id})
            for name, expression in self._type.attributes.items()
        }
        return physical_id, attributes

    def update(
        self,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """A type without an update operation is created anew; the engine deletes the old one."""
        if self._type.named_by_content:
            self.delete(physical_id, old)
        if self._type.update is None:
            return self.create(logical_id or physical_id, new, stack_name)
        response = self._call(self._type.update, self._input(self._type.update, new))
        known = {"properties": new, "response": response, "id": physical_id}
        return physical_id, {
            name: _value(expression, known) for name, expression in self._type.attributes.items()
        }

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Raises what the API answers."""
        known = {"id": physical_id, "properties": self._type.shaped(properties)}
        given = {
            name: jmespath.search(expression, known)
            for name, expression in self._type.delete_input.items()
        }
        given = {name: value for name, value in given.items() if value is not None}
        self._call(self._type.delete, as_input(self._input_shape(self._type.delete), given))

    def tag(self, physical_id: str, old: Properties, new: Properties) -> None:
        """Give the resource the tags of `new` in place of those of `old`."""
        before, after = ({t["Key"]: t["Value"] for t in p.get("Tags", [])} for p in (old, new))
        gone = sorted(before.keys() - after.keys())
        if self._type.tagged_as:
            self._call("create_tags", {"Resources": [physical_id], "Tags": new.get("Tags", [])})
            if gone:
                keys = [{"Key": key} for key in gone]
                self._call("delete_tags", {"Resources": [physical_id], "Tags": keys})
        else:
            tags = [{"key": key, "value": value} for key, value in after.items()]
            self._call("tag_resource", {"resourceArn": physical_id, "tags": tags})
            if gone:
                self._call("untag_resource", {"resourceArn": physical_id, "tagKeys": gone})

    def _input(self, operation: str, properties: Properties) -> dict[str, Any]:
        given = self._type.shaped(dict(properties))
        tags = given.pop("Tags", None) if self._type.tagged_as else None
        mapped = as_input(self._input_shape(operation), given)
        if tags:
            mapped["TagSpecifications"] = [{"ResourceType": self._type.tagged_as, "Tags": tags}]
        return mapped

    def _input_shape(self, operation: str) -> Any:
        client = self._client().meta
        name = client.method_to_api_mapping[operation]
        return client.service_model.operation_model(name).input_shape

    def _call(self, operation: str, given: Mapping[str, Any]) -> Any:
        return getattr(self._client(), operation)(**given)

    def _client(self) -> Any:
        return self._clients.client(self._type.service, get_account_id(), get_region())


def _value(expression: str, known: Mapping[str, Any]) -> Any:
    value = jmespath.search(expression, known)
    if value is None:
        raise LookupError(f"the API did not answer {expression}")
    return value
