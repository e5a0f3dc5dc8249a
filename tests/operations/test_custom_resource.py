import json
from collections.abc import Mapping
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from lambdas.operations.custom_resource import CustomResource, put
from tests.operations.answers import listening

REQUEST = {
    "RequestType": "Create",
    "ResponseURL": "https://answers.example/1",
    "StackId": "arn:aws:cloudformation:eu-central-1:111111111111:stack/s/1",
    "RequestId": "r-1",
    "LogicalResourceId": "Database",
    "ResourceProperties": {"DatabaseName": "charging"},
}


class Answers:
    """Where CloudFormation would listen."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []

    def send(self, url: str, body: bytes) -> None:
        self.sent.append((url, json.loads(body)))


def answer_to(
    request: Mapping[str, Any], *, failing_with: Exception | None = None
) -> dict[str, str]:
    def make(properties: Mapping[str, Any]) -> str:
        if failing_with:
            raise failing_with
        return str(properties["DatabaseName"])

    answers = Answers()
    CustomResource(
        make, lambda properties: str(properties["DatabaseName"]), Logger(service="t"), answers.send
    ).handle(request)
    [(url, answer)] = answers.sent
    assert url == request["ResponseURL"]
    return answer


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_what_is_made_is_answered_with_its_physical_id(request_type: str) -> None:
    assert answer_to(REQUEST | {"RequestType": request_type}) == {
        "Status": "SUCCESS",
        "PhysicalResourceId": "charging",
        "StackId": REQUEST["StackId"],
        "RequestId": "r-1",
        "LogicalResourceId": "Database",
    }


def test_delete_makes_nothing_and_succeeds() -> None:
    answer = answer_to(
        REQUEST | {"RequestType": "Delete", "PhysicalResourceId": "old"},
        failing_with=AssertionError("nothing is to be made"),
    )
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "old")


def test_delete_removes_what_is_not_to_be_kept() -> None:
    answers, removed = Answers(), []
    CustomResource(
        lambda _: "never",
        lambda _: "never",
        Logger(service="t"),
        answers.send,
        remove=lambda id_, properties: removed.append((id_, properties["DatabaseName"])),
    ).handle(REQUEST | {"RequestType": "Delete", "PhysicalResourceId": "old"})
    assert removed == [("old", "charging")]
    assert answers.sent[0][1]["Status"] == "SUCCESS"


def test_a_failure_is_answered_with_what_failed() -> None:
    answer = answer_to(REQUEST, failing_with=RuntimeError("no such secret " + "x" * 5000))
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("RuntimeError: no such secret")
    assert len(json.dumps(answer)) < 4096
    assert answer["PhysicalResourceId"] == "charging"


def test_a_failed_update_keeps_the_physical_id() -> None:
    update = REQUEST | {"RequestType": "Update", "PhysicalResourceId": "old"}
    assert answer_to(update, failing_with=RuntimeError("no"))["PhysicalResourceId"] == "old"


def test_the_answer_is_put_without_a_content_type() -> None:
    with listening() as (url, received):
        put(f"{url}/answer?signed", b'{"Status":"SUCCESS"}')
    assert received == [("/answer?signed", "", b'{"Status":"SUCCESS"}')]
