"""What was deployed outlives the process; nothing but the loopback address listens."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Stack

pytestmark = pytest.mark.integration

QUEUE = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept"}}}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ControlPlane]:
    """One that a test may kill."""
    started = ControlPlane(tmp_path)
    started.start()
    yield started
    started.stop()


def test_a_stack_outlives_an_ordinary_end(own: ControlPlane) -> None:
    assert Stack(own, "kept").create(QUEUE) == "CREATE_COMPLETE"
    own.client("s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    own.client("s3").put_object(Bucket="kept", Key="invoice", Body=b"42")
    own.stop()
    own.start()
    assert Stack(own, "kept").physical_id("Queue").endswith("/kept")
    assert own.client("s3").get_object(Bucket="kept", Key="invoice")["Body"].read() == b"42"


def test_a_stack_outlives_a_kill(own: ControlPlane) -> None:
    assert Stack(own, "kept").create(QUEUE) == "CREATE_COMPLETE"
    saved = own.folder / "state" / "cloudformation.json"
    deadline = time.monotonic() + 60
    while not saved.exists() or "kept" not in saved.read_text():
        assert time.monotonic() < deadline, "nothing is saved while it runs"
        time.sleep(0.05)
    assert own.process is not None
    own.process.send_signal(signal.SIGKILL)
    own.process.wait()
    own.start()
    assert Stack(own, "kept").delete() == "DELETE_COMPLETE"
