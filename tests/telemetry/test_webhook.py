import base64
import importlib
import json
import sys
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from lambdas.telemetry.adapters.device_log import CloudWatchDeviceLog
from lambdas.telemetry.adapters.function_url import BATCH_LIMIT, BODY_LIMIT, WebhookEndpoint
from lambdas.telemetry.adapters.table import TelemetryTable
from lambdas.telemetry.application.intake import Intake
from tests.telemetry.documents import DEVICE, RECEIVED_AT, text_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_logs import CloudWatchLogsClient

pytestmark = pytest.mark.integration

Post = Callable[..., tuple[int, Any]]
TOKEN = "tökén"
MODULE = "lambdas.telemetry.webhook"


@pytest.fixture
def post(
    dynamodb: "DynamoDBClient", logs: "CloudWatchLogsClient", monkeypatch: pytest.MonkeyPatch
) -> Post:
    """The deployed handler, cold; answers with status and body."""
    secret = boto3.client("secretsmanager").create_secret(Name="webhook", SecretString=TOKEN)
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("TABLE_NAME", "fleet")
    monkeypatch.setenv("DEVICE_LOG_GROUP", "/devices")
    monkeypatch.setenv("WEBHOOK_SECRET_ARN", secret["ARN"])
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    handler = importlib.import_module(MODULE).handler

    def send(
        body: str | None,
        token: str | None = TOKEN,
        method: str = "POST",
        content_type: str = "application/json",
        *,
        is_base64: bool = False,
    ) -> tuple[int, Any]:
        headers = {"content-type": content_type}
        if token is not None:
            headers["x-webhook-token"] = token
        event: dict[str, Any] = {
            "version": "2.0",
            "headers": headers,
            "requestContext": {"http": {"method": method}},
            "isBase64Encoded": is_base64,
        }
        answer = handler(event if body is None else event | {"body": body}, None)
        return answer["statusCode"], json.loads(answer["body"])

    return send


def messages(logs: "CloudWatchLogsClient", device_id: str = DEVICE) -> list[str]:
    events = logs.get_log_events(
        logGroupName="/devices", logStreamName=device_id, startFromHead=True
    )
    return [event["message"] for event in events["events"]]


def quarantined(dynamodb: "DynamoDBClient") -> list[str]:
    items = dynamodb.scan(TableName="fleet")["Items"]
    return [item["text"]["S"] for item in items if item["PK"]["S"].startswith("QUARANTINE#")]


@pytest.mark.parametrize("token", [None, "", "wrong", "tökén ", "\U0001f600"])
def test_who_does_not_know_the_token_is_turned_away(
    post: Post, dynamodb: "DynamoDBClient", token: str | None
) -> None:
    assert post(text_of(), token)[0] == 401
    assert dynamodb.scan(TableName="fleet")["Count"] == 0


@pytest.mark.parametrize("token", ["", "guess"])
def test_an_empty_secret_lets_nobody_in(
    table: TelemetryTable, device_log: CloudWatchDeviceLog, token: str
) -> None:
    intake = Intake(table, device_log, clock=lambda: RECEIVED_AT)
    endpoint = WebhookEndpoint(intake, token=lambda: "", logger=Logger(service="test"))
    request = {"http": {"method": "POST"}}
    headers = {"X-Webhook-Token": token}
    answer = endpoint({"requestContext": request, "headers": headers, "body": text_of()})
    assert answer["statusCode"] == 401


def test_a_document_is_stored_once_and_logged_as_received(
    post: Post, logs: "CloudWatchLogsClient"
) -> None:
    text = "  " + text_of(solar_power_w=812.5, firmware="9.9")
    assert post(text) == (200, {"result": "stored"})
    assert post(text) == (200, {"result": "duplicate"})
    assert messages(logs) == [text]


def test_a_batch_is_answered_item_by_item(post: Post, logs: "CloudWatchLogsClient") -> None:
    first, second = text_of(), text_of("2026-11-21T00:00:00Z")
    status, body = post(f"[{first}, 7, {second}, {first}]")
    assert status == 202
    assert [item["result"] for item in body["results"]] == [
        "stored",
        "quarantined",
        "stored",
        "duplicate",
    ]
    assert sorted(messages(logs)) == sorted([first, second])
    assert post(f"[{second}]") == (200, {"results": [{"result": "duplicate"}]})


@pytest.mark.parametrize("body", ["", "{", "[", "[" * 100_000, "null", "\ud800", "{}", "1"])
def test_bad_data_is_accepted_and_kept(post: Post, dynamodb: "DynamoDBClient", body: str) -> None:
    status, answer = post(body)
    assert (status, answer["result"]) == (202, "quarantined")
    assert quarantined(dynamodb) == [body.encode(errors="backslashreplace").decode()]


def test_a_request_without_a_body_is_bad_data(post: Post) -> None:
    assert post(None)[0] == 202


def test_bytes_that_are_no_text_are_kept_readably(post: Post, dynamodb: "DynamoDBClient") -> None:
    body = base64.b64encode(b"\xff{}").decode()
    assert post(body, is_base64=True)[0] == 202
    assert quarantined(dynamodb) == ["\\xff{}"]


def test_a_web_form_is_taken_as_particle_sends_it_by_default(
    post: Post, logs: "CloudWatchLogsClient"
) -> None:
    form = urllib.parse.urlencode(json.loads(text_of()))
    body = base64.b64encode(form.encode()).decode()
    status, _ = post(body, content_type="application/x-www-form-urlencoded", is_base64=True)
    assert status == 200
    assert json.loads(messages(logs)[0]) == json.loads(text_of())
    assert post(text_of()) == (200, {"result": "duplicate"})


def test_more_than_one_request_may_hold_is_refused(post: Post, dynamodb: "DynamoDBClient") -> None:
    assert post("x" * (BODY_LIMIT + 1))[0] == 413
    assert post(json.dumps([0] * (BATCH_LIMIT + 1)))[0] == 413
    assert dynamodb.scan(TableName="fleet")["Count"] == 0


def test_only_post_is_answered(post: Post) -> None:
    assert post(None, method="GET")[0] == 405


def test_what_cannot_be_stored_is_a_failure_that_asks_for_it_again(
    post: Post, dynamodb: "DynamoDBClient"
) -> None:
    dynamodb.delete_table(TableName="fleet")
    for document in (text_of(), "{"):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            post(document)


def test_a_document_that_could_not_be_logged_is_not_in_the_table(
    post: Post, dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    boto3.client("logs").delete_log_group(logGroupName="/devices")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        post(text_of())
    assert dynamodb.scan(TableName="fleet")["Count"] == 0


def test_a_warm_status_costs_three_calls(
    post: Post, monkeypatch: pytest.MonkeyPatch, dynamodb: "DynamoDBClient"
) -> None:
    """One of them a read at half a read unit, and the secret none."""
    post(text_of("2026-11-21T00:00:00Z"))
    calls: list[str] = []
    endpoint = sys.modules[MODULE]._endpoint
    log: CloudWatchDeviceLog = endpoint._intake._log
    for client in (log._client, endpoint._intake._table._client):
        client.meta.events.register("before-call.*.*", lambda model, **_: calls.append(model.name))
    assert post(text_of()) == (200, {"result": "stored"})
    assert calls == ["BatchGetItem", "PutLogEvents", "UpdateItem"]
    calls.clear()
    assert post(text_of()) == (200, {"result": "duplicate"})
    assert calls == ["BatchGetItem"]
