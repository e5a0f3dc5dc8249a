"""Properties of ``AWS::S3::Bucket`` as the S3 API's own operations take them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Configuration:
    """One property of a bucket, put by an operation of its own."""

    put: str
    argument: str
    delete: str | None
    """None: an empty configuration takes it away."""
    shaped: Callable[[Any], Any] = _as_it_is


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


CONFIGURATIONS: dict[str, Configuration] = {
    "Tags": Configuration(
        "put_bucket_tagging", "Tagging", "delete_bucket_tagging", lambda tags: {"TagSet": tags}
    ),
    "OwnershipControls": Configuration(
        "put_bucket_ownership_controls", "OwnershipControls", "delete_bucket_ownership_controls"
    ),
    "BucketEncryption": Configuration(
        "put_bucket_encryption",
        "ServerSideEncryptionConfiguration",
        "delete_bucket_encryption",
        _encryption,
    ),
    "LifecycleConfiguration": Configuration(
        "put_bucket_lifecycle_configuration",
        "LifecycleConfiguration",
        "delete_bucket_lifecycle",
        _lifecycle,
    ),
    "LoggingConfiguration": Configuration(
        "put_bucket_logging", "BucketLoggingStatus", None, _logging
    ),
    "ObjectLockConfiguration": Configuration(
        "put_object_lock_configuration", "ObjectLockConfiguration", None
    ),
    "ReplicationConfiguration": Configuration(
        "put_bucket_replication",
        "ReplicationConfiguration",
        "delete_bucket_replication",
        _replication,
    ),
}
