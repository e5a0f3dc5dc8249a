"""What was deployed outlives the process; nothing but the loopback address listens."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack

pytestmark = pytest.mark.integration

SHOP: Resources = {
    "Queue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"QueueName": "kept", "VisibilityTimeout": 600},
    },
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Subscription": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Ref": "Topic"},
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
            "RawMessageDelivery": True,
        },
    },
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "kept"}},
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    },
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ControlPlane]:
    """One that a test may kill."""
    started = ControlPlane(tmp_path)
    started.start()
    yield started
    started.stop()


def test_a_stack_outlives_an_ordinary_end(own: ControlPlane) -> None:
    assert Stack(own, "kept").create(SHOP) == "CREATE_COMPLETE"
    own.client("s3").put_object(Bucket="kept", Key="invoice", Body=b"42")
    own.stop()
    own.start()
    assert Stack(own, "kept").physical_id("Queue").endswith("/kept")
    assert own.client("s3").get_object(Bucket="kept", Key="invoice")["Body"].read() == b"42"


def test_a_stack_outlives_a_kill(own: ControlPlane) -> None:
    assert Stack(own, "kept").create(SHOP) == "CREATE_COMPLETE"
    _wait_until_saved(own, "kept")
    _kill(own)
    assert Stack(own, "kept").delete() == "DELETE_COMPLETE"


def test_what_was_taken_before_a_kill_is_there(own: ControlPlane) -> None:
    stack = Stack(own, "kept")
    assert stack.create(SHOP) == "CREATE_COMPLETE"
    _wait_until_saved(own, "kept")
    queue, table, topic = (stack.physical_id(name) for name in ("Queue", "Table", "Topic"))
    sqs, dynamodb, s3 = (own.client(service) for service in ("sqs", "dynamodb", "s3"))

    sent = {f"order {number}" for number in range(40)}
    for body in sorted(sent):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
        dynamodb.put_item(TableName=table, Item={"key": {"S": body}, "state": {"S": "open"}})
    own.client("sns").publish(TopicArn=topic, Message="by a topic")
    entries = [{"Id": str(number), "MessageBody": f"batch {number}"} for number in range(10)]
    sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    done = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=done["ReceiptHandle"])
    dynamodb.delete_item(TableName=table, Key={"key": {"S": "order 0"}})
    dynamodb.update_item(
        TableName=table,
        Key={"key": {"S": "order 1"}},
        UpdateExpression="SET tries = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    s3.put_object(Bucket="kept", Key="invoice", Body=b"42")
    _kill(own)

    wanted = sent | {"by a topic"} | {f"batch {number}" for number in range(10)}
    assert _received(sqs, queue) == wanted - {done["Body"]}
    items = {item["key"]["S"]: item for item in dynamodb.scan(TableName=table)["Items"]}
    assert items.keys() == sent - {"order 0"}
    assert items["order 1"] == {
        "key": {"S": "order 1"},
        "state": {"S": "open"},
        "tries": {"N": "1"},
    }
    assert s3.get_object(Bucket="kept", Key="invoice")["Body"].read() == b"42"


def test_no_message_is_lost_or_comes_back_whenever_the_kill_comes(own: ControlPlane) -> None:
    """Sent and deleted while snapshots are taken, in more than one of them."""
    stack = Stack(own, "kept")
    assert stack.create(SHOP) == "CREATE_COMPLETE"
    _wait_until_saved(own, "kept")
    queue, sqs = stack.physical_id("Queue"), own.client("sqs")
    wanted: set[str] = set()

    def send_two_and_delete_one() -> None:
        for _ in range(2):
            body = f"order {len(wanted)} of {time.monotonic()}"
            sqs.send_message(QueueUrl=queue, MessageBody=body)
            wanted.add(body)
        [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        wanted.remove(message["Body"])

    journal = own.folder / "state" / "journal"
    part = max(int(path.stem) for path in journal.iterdir())
    _until(lambda: not (journal / f"{part}.jsonl").exists(), send_two_and_delete_one)
    for _ in range(2):
        send_two_and_delete_one()
        _kill(own)
    assert _received(sqs, queue) == wanted


def _received(sqs: Any, queue: str) -> set[str]:
    """Every message, of which each came once."""
    bodies: list[str] = []
    while messages := sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=600
    ).get("Messages"):
        bodies += [message["Body"] for message in messages]
    assert len(bodies) == len(set(bodies))
    return set(bodies)


def _wait_until_saved(own: ControlPlane, stack: str) -> None:
    saved = own.folder / "state" / "cloudformation.json"
    _until(lambda: saved.exists() and f'{stack}"' in saved.read_text(), lambda: time.sleep(0.05))


def _until(true: Callable[[], bool], meanwhile: Callable[[], None]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "nothing is saved while it runs"
        meanwhile()


def _kill(own: ControlPlane) -> None:
    assert own.process is not None
    own.process.send_signal(signal.SIGKILL)
    own.process.wait()
    own.start()
