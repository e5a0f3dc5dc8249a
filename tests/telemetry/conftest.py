"""The AWS services that telemetry stands on, in this process (moto)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from lambdas.telemetry.adapters.device_log import CloudWatchDeviceLog
from lambdas.telemetry.adapters.table import TelemetryTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_logs import CloudWatchLogsClient


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="fleet",
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def logs(aws: None) -> "CloudWatchLogsClient":
    client = boto3.client("logs")
    client.create_log_group(logGroupName="/devices")
    return client


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> TelemetryTable:
    return TelemetryTable(dynamodb, "fleet")


@pytest.fixture
def device_log(logs: "CloudWatchLogsClient") -> CloudWatchDeviceLog:
    return CloudWatchDeviceLog(logs, "/devices")
