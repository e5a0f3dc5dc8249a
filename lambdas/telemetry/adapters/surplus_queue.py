"""The queue of solar surplus, which charging consumes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from contracts.site_surplus import SurplusReport, encode

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_AT_ONCE = 10
"""SQS takes no more in a request."""


class NotSentError(Exception):
    """The queue did not take some of the figures."""


class SqsSurplusQueue:
    """A message for each site."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, reports: Sequence[SurplusReport]) -> None:
        """Return when all are durable; raises `NotSentError`, and botocore's errors pass."""
        for first in range(0, len(reports), _AT_ONCE):
            entries: list[Any] = [
                {"Id": str(number), "MessageBody": encode(report).decode()}
                for number, report in enumerate(reports[first : first + _AT_ONCE])
            ]
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            if failed := answer.get("Failed"):
                raise NotSentError(f"{len(failed)} of {len(entries)}: {failed[0]['Code']}")
