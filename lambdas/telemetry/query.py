"""The function that resolves telemetry's GraphQL fields; made once for each cold start."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3

from contracts.settings import TelemetryQuerySettings
from lambdas.telemetry.adapters.controllers import ControllerTable
from lambdas.telemetry.adapters.graphql import Resolvers, answer
from lambdas.telemetry.adapters.table import TelemetryTable
from lambdas.telemetry.application.history import Histories


def _bootstrap() -> Resolvers:
    settings = TelemetryQuerySettings.from_environment(os.environ)
    dynamodb = boto3.client("dynamodb")
    table = TelemetryTable(dynamodb, settings.table_name)
    return Resolvers(
        Histories(table, clock=lambda: datetime.now(UTC)),
        ControllerTable(dynamodb, settings.table_name),
    )


_resolvers = _bootstrap()


def handler(event: dict[str, Any], context: object) -> dict[str, object]:  # noqa: ARG001 — Lambda's form
    """Resolve one field for AppSync."""
    return answer(_resolvers, event)
