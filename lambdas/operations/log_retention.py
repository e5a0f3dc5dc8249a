"""The function behind ``Custom::LogRetention``; made once for each cold start.

Some services make log groups under names that nobody knows before, and keep them for ever.
"""

from collections.abc import Mapping
from typing import Any

import boto3
import msgspec
from aws_lambda_powertools import Logger

from lambdas.operations.custom_resource import CustomResource, put

_logs = boto3.client("logs")
_logger = Logger(service="log-retention")


class Properties(msgspec.Struct, frozen=True, rename="pascal"):
    """The properties of the custom resource."""

    log_group_name: str
    retention_days: int


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 — Lambda's form
    """Answer a request of CloudFormation. The log group outlives the resource."""
    CustomResource(_keep, _physical_id, _logger, put).handle(event)


def _keep(properties: Mapping[str, Any]) -> str:
    # CloudFormation sends every value as text.
    asked = msgspec.convert(properties, Properties, strict=False)
    try:
        _logs.create_log_group(logGroupName=asked.log_group_name)
    except _logs.exceptions.ResourceAlreadyExistsException:
        _logger.info("the service was first", extra={"log_group": asked.log_group_name})
    _logs.put_retention_policy(
        logGroupName=asked.log_group_name, retentionInDays=asked.retention_days
    )
    return asked.log_group_name


def _physical_id(properties: Mapping[str, Any]) -> str:
    return str(properties.get("LogGroupName") or "unnamed")
