"""Properties of ``AWS::S3::Bucket`` as the S3 API's own operations take them."""

import re
from collections.abc import Mapping
from typing import Any

from embedded.control_plane.mends.configuration import Configurable, Configuration

Properties = dict[str, Any]


def _renamed(value: Mapping[str, Any], names: Mapping[str, str]) -> Properties:
    return {names.get(name, name): part for name, part in value.items()}


def _encryption(value: Properties) -> Properties:
    default = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {"Rules": [_renamed(r, default) for r in value["ServerSideEncryptionConfiguration"]]}


def _logging(value: Properties) -> Properties:
    enabled = {
        "TargetBucket": value["DestinationBucketName"],
        "TargetPrefix": value.get("LogFilePrefix", ""),
    }
    return {"LoggingEnabled": enabled}


def _lifecycle(value: Properties) -> Properties:
    return {"Rules": [_lifecycle_rule(dict(rule)) for rule in value["Rules"]]}


def _lifecycle_rule(rule: Properties) -> Properties:
    """CloudFormation writes flat what the API nests."""
    expiration = _taken(
        rule,
        {
            "ExpirationInDays": "Days",
            "ExpirationDate": "Date",
            "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
        },
    )
    conditions: Properties = _taken(
        rule,
        {
            "Prefix": "Prefix",
            "TagFilters": "Tags",
            "ObjectSizeGreaterThan": "ObjectSizeGreaterThan",
            "ObjectSizeLessThan": "ObjectSizeLessThan",
        },
    )
    several = len(conditions) > 1 or "Tags" in conditions
    shaped = _renamed(rule, {"Id": "ID"}) | {
        "Filter": {"And": conditions} if several else conditions or {"Prefix": ""}
    }
    if expiration:
        shaped["Expiration"] = expiration
    in_days = {"TransitionInDays": "Days", "TransitionDate": "Date"}
    if "Transitions" in rule:
        shaped["Transitions"] = [_renamed(one, in_days) for one in rule["Transitions"]]
    if "NoncurrentVersionTransitions" in rule:
        in_days = {"TransitionInDays": "NoncurrentDays"}
        shaped["NoncurrentVersionTransitions"] = [
            _renamed(one, in_days) for one in rule["NoncurrentVersionTransitions"]
        ]
    return shaped


def _taken(rule: Properties, names: Mapping[str, str]) -> Properties:
    return {api: rule.pop(name) for name, api in names.items() if name in rule}


def _replication(value: Properties) -> Properties:
    return {**value, "Rules": [_renamed(rule, {"Id": "ID"}) for rule in value["Rules"]]}


def _canned(value: str) -> str:
    """``LogDeliveryWrite`` is ``log-delivery-write``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", value).lower()


def _lockable(value: Any) -> Properties:
    return {"ObjectLockEnabled": "Enabled"} if str(value).lower() == "true" else {}


BUCKET = Configurable(
    "s3",
    "Bucket",
    {
        "Tags": Configuration(
            "put_bucket_tagging",
            "Tagging",
            lambda tags: {"TagSet": tags},
            delete="delete_bucket_tagging",
        ),
        "OwnershipControls": Configuration(
            "put_bucket_ownership_controls",
            "OwnershipControls",
            delete="delete_bucket_ownership_controls",
        ),
        "AccessControl": Configuration(
            "put_bucket_acl", "ACL", _canned, without=lambda _: "private"
        ),
        "BucketEncryption": Configuration(
            "put_bucket_encryption",
            "ServerSideEncryptionConfiguration",
            _encryption,
            delete="delete_bucket_encryption",
        ),
        "LifecycleConfiguration": Configuration(
            "put_bucket_lifecycle_configuration",
            "LifecycleConfiguration",
            _lifecycle,
            delete="delete_bucket_lifecycle",
        ),
        "LoggingConfiguration": Configuration(
            "put_bucket_logging", "BucketLoggingStatus", _logging
        ),
        "ObjectLockEnabled": Configuration(
            "put_object_lock_configuration", "ObjectLockConfiguration", _lockable
        ),
        "ObjectLockConfiguration": Configuration(
            "put_object_lock_configuration", "ObjectLockConfiguration"
        ),
        "ReplicationConfiguration": Configuration(
            "put_bucket_replication",
            "ReplicationConfiguration",
            _replication,
            delete="delete_bucket_replication",
        ),
    },
)
