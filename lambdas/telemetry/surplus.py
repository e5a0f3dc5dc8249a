"""The function that tells charging of sites' solar surplus; made once for each cold start."""

import os
from datetime import datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from contracts.settings import TelemetrySurplusSettings
from lambdas.telemetry.adapters.controllers import ControllerTable
from lambdas.telemetry.adapters.surplus_queue import SqsSurplusQueue
from lambdas.telemetry.adapters.table import TelemetryTable
from lambdas.telemetry.application.surplus import SiteSurpluses

_logger = Logger(service="telemetry-surplus")


def _bootstrap() -> SiteSurpluses:
    settings = TelemetrySurplusSettings.from_environment(os.environ)
    dynamodb = boto3.client("dynamodb")
    return SiteSurpluses(
        ControllerTable(dynamodb, settings.table_name),
        TelemetryTable(dynamodb, settings.table_name),
        SqsSurplusQueue(boto3.client("sqs"), settings.site_surplus_queue_url),
    )


_surpluses = _bootstrap()


def handler(event: dict[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001 — Lambda's
    """Answer a schedule's event, by the time that it names: so a second try tells the same."""
    reports = _surpluses.tell(datetime.fromisoformat(event["time"]))
    _logger.info("surplus told", sites=len(reports))
    return {"sites": len(reports)}
