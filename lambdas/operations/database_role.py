"""The function behind ``Custom::DatabaseRole``; made once for each cold start."""

import os
from collections.abc import Mapping
from typing import Any, Protocol

import boto3
from aws_lambda_powertools import Logger

from contracts.settings import DatabaseRoleSettings
from lambdas.operations.custom_resource import CustomResource, put
from lambdas.operations.logins import connect
from lambdas.operations.service_database import ServiceDatabases

ANSWER_RESERVE_S = 20
"""Kept of the function's time for a last attempt and the answer."""

_settings = DatabaseRoleSettings.from_environment(os.environ)
_secrets = boto3.client("secretsmanager")
_databases = ServiceDatabases(
    _settings.administrator_secret_arn,
    read_secret=lambda arn: _secrets.get_secret_value(SecretId=arn)["SecretString"],
    connect=connect,
)
_logger = Logger(service="database-role")


class Context(Protocol):
    """What is needed of a Lambda context."""

    def get_remaining_time_in_millis(self) -> int:
        """Until the function is stopped."""


def handler(event: dict[str, Any], context: Context) -> None:
    """Answer a request of CloudFormation. The database outlives the resource."""

    def make(properties: Mapping[str, Any]) -> str:
        return _databases.make(
            properties, lambda: context.get_remaining_time_in_millis() / 1000 - ANSWER_RESERVE_S
        )

    def physical_id(properties: Mapping[str, Any]) -> str:
        return str(properties.get("DatabaseName") or "unnamed")

    CustomResource(make, physical_id, _logger, put).handle(event)
