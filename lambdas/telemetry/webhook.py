"""The function that takes status documents; made once for each cold start."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from botocore.config import Config

from contracts.settings import TelemetryWebhookSettings
from lambdas.telemetry.adapters.device_log import CloudWatchDeviceLog
from lambdas.telemetry.adapters.function_url import WebhookEndpoint
from lambdas.telemetry.adapters.table import TelemetryTable
from lambdas.telemetry.application.intake import Intake

SECRET_CACHED_S = 300
"""A new token is in force this long after it is set."""

# A device's cloud waits 20 s for its answer.
_CONNECTION = Config(
    connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3}
)


def _bootstrap() -> WebhookEndpoint:
    settings = TelemetryWebhookSettings.from_environment(os.environ)
    secrets = SecretsProvider(boto_config=_CONNECTION)
    return WebhookEndpoint(
        Intake(
            TelemetryTable(boto3.client("dynamodb", config=_CONNECTION), settings.table_name),
            CloudWatchDeviceLog(
                boto3.client("logs", config=_CONNECTION), settings.device_log_group
            ),
            clock=lambda: datetime.now(UTC),
        ),
        token=lambda: str(secrets.get(settings.webhook_secret_arn, max_age=SECRET_CACHED_S)),
        logger=Logger(service="telemetry-webhook"),
    )


_endpoint = _bootstrap()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 — Lambda's
    """Answer a function URL's request."""
    return _endpoint(event)
