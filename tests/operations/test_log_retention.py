"""Log groups that a service makes itself are kept for a stated time."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.operations.answers import listening

MODULE = "lambdas.operations.log_retention"
NAME = "/aws/amazonmq/broker/b-1/general"

Keep = Callable[..., dict[str, str]]


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keep]:
    """Runs the function, cold, and says what CloudFormation is answered."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    with mock_aws(), listening() as (url, received):
        handler = importlib.import_module(MODULE).handler

        def run(days: str, request: str = "Create") -> dict[str, str]:
            event: dict[str, Any] = {
                "RequestType": request,
                "ResponseURL": url,
                "StackId": "s",
                "RequestId": "r-1",
                "LogicalResourceId": "GeneralLog",
                "PhysicalResourceId": NAME,
                "ResourceProperties": {"LogGroupName": NAME, "RetentionDays": days},
            }
            handler(event, None)
            answer: dict[str, str] = json.loads(received[-1][2])
            return answer

        yield run


def kept() -> list[int | None]:
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=NAME)["logGroups"]
    return [group.get("retentionInDays") for group in groups]


def test_a_group_that_the_service_made_is_kept_for_the_time_given(keep: Keep) -> None:
    boto3.client("logs").create_log_group(logGroupName=NAME)
    answer = keep("30")
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", NAME)
    assert kept() == [30]


def test_a_group_that_is_not_there_yet_is_made(keep: Keep) -> None:
    assert keep("30")["Status"] == "SUCCESS"
    assert kept() == [30]


def test_a_change_is_taken_over_and_taken_back(keep: Keep) -> None:
    keep("30")
    keep("7", "Update")
    assert kept() == [7]
    keep("30", "Update")
    assert kept() == [30]


def test_the_log_outlives_the_resource(keep: Keep) -> None:
    keep("30")
    assert keep("30", "Delete")["Status"] == "SUCCESS"
    assert kept() == [30]


def test_what_is_wrong_is_answered(keep: Keep) -> None:
    answer = keep("a month")
    assert answer["Status"] == "FAILED"
    assert "RetentionDays" in answer["Reason"]
    assert kept() == []
