"""What a function was called with in vain waits for people, with the reason."""

import json

import pytest

from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end


def test_a_call_that_nobody_waits_for_and_that_fails_in_the_end_is_set_aside(
    playground: Playground,
) -> None:
    deployment = playground.deployment
    described = deployment.client("cloudformation").describe_stack_resources(
        StackName=f"{deployment.environment}-telemetry"
    )
    [queue] = [
        resource["PhysicalResourceId"]
        for resource in described["StackResources"]
        if resource["ResourceType"] == "AWS::SQS::Queue"
    ]
    call = {"source": "aws.events", "detail": "of no time"}
    deployment.client("lambda").invoke(
        FunctionName=deployment.output("telemetry", "SurplusFunctionName"),
        InvocationType="Event",
        Payload=json.dumps(call).encode(),
    )
    # Three tries, 1 and 2 seconds apart (1 and 2 minutes in an account).
    sqs = deployment.client("sqs")
    [kept] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    record = json.loads(kept["Body"])
    assert record["requestPayload"] == call
    assert "'time'" in json.dumps(record["responsePayload"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=kept["ReceiptHandle"])
