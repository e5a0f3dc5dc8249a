"""The SQS queue of sites' solar surplus."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from services.charging.application.ports import UnavailableError
from services.charging.application.smart_charging.surplus_intake import SurplusMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""The most that SQS gives or takes in one request."""
WAIT_SECONDS = 4
"""Long poll; also the longest that a stopping program waits for a receive."""


class SqsSurplusQueue:
    """Calls on a thread: the sockets of stations do not wait for them."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    async def receive(self) -> Sequence[SurplusMessage]:
        """Up to ten messages, or none after the wait."""
        try:
            answer = await asyncio.to_thread(
                self._sqs.receive_message,
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                WaitTimeSeconds=WAIT_SECONDS,
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(str(error)) from error
        return [
            SurplusMessage(message["Body"], message["ReceiptHandle"])
            for message in answer.get("Messages", ())
        ]

    async def delete(self, messages: Sequence[SurplusMessage]) -> None:
        """They are done; one that cannot be deleted comes again, which does no harm."""
        try:
            await asyncio.to_thread(
                self._sqs.delete_message_batch,
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message.receipt}
                    for number, message in enumerate(messages)
                ],
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(str(error)) from error
