"""The SQS queue of session events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""The most that SQS gives or takes in one request."""
WAIT_SECONDS = 5
"""Long poll; also the longest that a stopping program waits for a receive."""


@dataclass(frozen=True)
class Message:
    """A message in hand."""

    body: str
    receipt_handle: str


class SessionQueue:
    """Blocking calls; botocore's errors pass through."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def receive(self) -> Sequence[Message]:
        """Up to ten messages, or none after the wait."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=BATCH, WaitTimeSeconds=WAIT_SECONDS
        )
        return [
            Message(message["Body"], message["ReceiptHandle"])
            for message in answer.get("Messages", ())
        ]

    def delete(self, messages: Sequence[Message]) -> None:
        """They are done; one that cannot be deleted comes again, which does no harm."""
        self._sqs.delete_message_batch(
            QueueUrl=self._url,
            Entries=[
                {"Id": str(number), "ReceiptHandle": message.receipt_handle}
                for number, message in enumerate(messages)
            ],
        )
