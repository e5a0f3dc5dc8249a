"""Lambda functions: by queue, by custom resource, with nothing but what was deployed."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack

pytestmark = pytest.mark.integration

_STORE = """
import os
import boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    for record in event["Records"]:
        table.put_item(Item={"key": record["body"]})
"""
_LOOK = """
import os, sys
def handler(event, context):
    print("looking")
    installed = []
    for name in ("boto3", "ministack", "jsonschema", "embedded"):
        try:
            __import__(name)
            installed.append(name)
        except ImportError:
            pass
    return {"installed": installed, "environment": dict(os.environ)}
"""
_ANSWER = """
import json, urllib.request
def handler(event, context):
    properties = event["ResourceProperties"]
    if properties["Word"] == "fail":
        raise RuntimeError("no such word")
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {
        "Status": "SUCCESS",
        "PhysicalResourceId": "word",
        "Data": {"Word": properties["Word"].upper()},
    }
    request = urllib.request.Request(
        event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT"
    )
    urllib.request.urlopen(request).close()
"""


def _function(code: str, variables: dict[str, Any] | None = None) -> Resources:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda"}}
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": code},
                "Timeout": 20,
                "Environment": {"Variables": variables or {}},
                "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
            },
        },
    }


@pytest.fixture
def stack(control_plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Stack]:
    name: str = request.node.name
    made = Stack(control_plane, name.replace("_", "-"))
    yield made
    assert made.delete() == "DELETE_COMPLETE"


def test_a_queue_feeds_a_function_that_writes(control_plane: ControlPlane, stack: Stack) -> None:
    resources = _function(_STORE, {"TABLE": {"Ref": "Table"}}) | {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "Source": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "FunctionName": {"Ref": "Function"},
            },
        },
    }
    assert stack.create(resources) == "CREATE_COMPLETE"
    sqs, dynamodb = control_plane.client("sqs"), control_plane.client("dynamodb")
    sent = {f"message {number}" for number in range(20)}
    for body in sorted(sent):
        sqs.send_message(QueueUrl=stack.physical_id("Queue"), MessageBody=body)
    deadline = time.monotonic() + 60
    found: set[str] = set()
    while found != sent:
        assert time.monotonic() < deadline, f"only {len(found)} of {len(sent)} arrived"
        items = dynamodb.scan(TableName=stack.physical_id("Table"))["Items"]
        found = {item["key"]["S"] for item in items}


def test_a_function_has_what_was_deployed_and_nothing_else(
    control_plane: ControlPlane, stack: Stack
) -> None:
    assert stack.create(_function(_LOOK, {"COLOUR": "red"})) == "CREATE_COMPLETE"
    client = control_plane.client("lambda")
    function = stack.physical_id("Function")
    for _ in range(2):  # cold, then warm
        answer = client.invoke(FunctionName=function, LogType="Tail")
        seen = json.loads(answer["Payload"].read())
        assert seen["installed"] == ["boto3"]
        assert seen["environment"]["COLOUR"] == "red"
        assert not {"PYTHONPATH", "STATE_DIR", "LOG_LEVEL"} & seen["environment"].keys()
    logs = control_plane.client("logs")
    events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    assert [event["message"].strip() for event in events].count("looking") == 2


def test_a_custom_resource_is_created_changed_and_deleted(stack: Stack) -> None:
    resources = _function(_ANSWER) | {"Word": _word("watt")}
    outputs = {"Word": {"Fn::GetAtt": ["Word", "Word"]}}
    assert stack.create(resources, outputs) == "CREATE_COMPLETE"
    assert stack.outputs() == {"Word": "WATT"}
    resources["Word"] = _word("hour")
    assert stack.update(resources, outputs) == "UPDATE_COMPLETE"
    assert stack.outputs() == {"Word": "HOUR"}


def test_a_custom_resource_fails_with_its_function(stack: Stack) -> None:
    assert stack.create(_function(_ANSWER) | {"Word": _word("fail")}) == "ROLLBACK_COMPLETE"
    assert stack.reasons() == ["the function failed: no such word"]


def _word(word: str) -> Resources:
    token = {"Fn::GetAtt": ["Function", "Arn"]}
    return {"Type": "Custom::Word", "Properties": {"ServiceToken": token, "Word": word}}
