"""Properties of ``AWS::S3::Bucket`` that MiniStack's CloudFormation drops though its S3 has them.

Without its tags, a bucket that CDK promised to empty is refused by the function that would; the
others are what an audit of a deployed bucket asks for. An object lock keeps objects here, too.
Nothing grows old, so rules of a life cycle are only told.

With default encryption by KMS comes a second mend: MiniStack refuses an object for which the caller
names ``aws:kms`` and no key, as the CDK's CLI does. S3 takes its own key then
(``PutObject``, ``x-amz-server-side-encryption-aws-kms-key-id``).
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from embedded.control_plane.api_resources import ApiClients
from embedded.control_plane.mends.bucket_configurations import CONFIGURATIONS

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
    _encrypt_with_the_key_of_s3()


def _apply(clients: ApiClients, bucket: str, old: Properties, new: Properties) -> None:
    api = clients.client("s3", get_account_id(), get_region())
    for name, configuration in CONFIGURATIONS.items():
        if name in new and new[name] != old.get(name):
            given = configuration.shaped(new[name])
            getattr(api, configuration.put)(Bucket=bucket, **{configuration.argument: given})
        elif name in old and name not in new:
            if configuration.delete:
                getattr(api, configuration.delete)(Bucket=bucket)
            else:
                getattr(api, configuration.put)(Bucket=bucket, **{configuration.argument: {}})


def _encrypt_with_the_key_of_s3() -> None:
    theirs = s3._resolve_sse_write_headers

    def resolve(headers: dict[str, str], bucket: str) -> Any:
        own = f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"
        if headers.get(_ALGORITHM) == "aws:kms":
            headers = {**headers, _KEY: headers.get(_KEY) or own}
        return theirs(headers, bucket)

    s3._resolve_sse_write_headers = resolve


_ALGORITHM = "x-amz-server-side-encryption"
_KEY = f"{_ALGORITHM}-aws-kms-key-id"
