"""Properties of ``AWS::S3::Bucket`` that MiniStack's CloudFormation drops though its S3 has them.

Without its tags, a bucket that CDK promised to empty is refused by the function that would. Its
ownership controls are what an audit of a deployed bucket asks for. Default encryption is not among
them: with it, MiniStack refuses every object for which the caller names no key. Nor are the rules
of a life cycle: nothing here grows old.
"""

from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from embedded.control_plane.api_resources import ApiClients

Properties = dict[str, Any]
BUCKET = "AWS::S3::Bucket"


def mend(clients: ApiClients) -> None:
    """Calls the API, so the type must be provisioned off the event loop."""
    handler = provisioners._RESOURCE_HANDLERS[BUCKET]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack_name: str) -> Any:
        name, attributes = create(logical_id, properties, stack_name)
        _apply(clients, name, {}, properties)
        return name, attributes

    def updated(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Any:
        name, attributes = update(physical_id, old, new, stack_name)
        _apply(clients, name, old, new)
        return name, attributes

    handler["create"], handler["update"] = created, updated


def _apply(clients: ApiClients, bucket: str, old: Properties, new: Properties) -> None:
    s3 = clients.client("s3", get_account_id(), get_region())
    for name, (put, delete, argument) in _APPLIED.items():
        if name in new:
            getattr(s3, put)(Bucket=bucket, **argument(new[name]))
        elif name in old:
            getattr(s3, delete)(Bucket=bucket)


_APPLIED: dict[str, tuple[str, str, Callable[[Any], Properties]]] = {
    "Tags": (
        "put_bucket_tagging",
        "delete_bucket_tagging",
        lambda value: {"Tagging": {"TagSet": value}},
    ),
    "OwnershipControls": (
        "put_bucket_ownership_controls",
        "delete_bucket_ownership_controls",
        lambda value: {"OwnershipControls": value},
    ),
}
