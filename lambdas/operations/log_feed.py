"""The function that brings logs to the search domain; made once for each cold start.

CloudWatch Logs calls it without waiting. What it raises on is tried again by Lambda, and in the end
put into the bucket whole; what the domain refuses is put there by the function.
"""

import os

import boto3
import msgspec
from aws_lambda_powertools import Logger

from contracts.settings import LogFeedSettings
from lambdas.operations.search_domain import Refused, SearchDomain
from lambdas.operations.searchable_logs import documents, read, requests

_settings = LogFeedSettings.from_environment(os.environ)
_domain = SearchDomain(_settings.search_endpoint)
_s3 = boto3.client("s3")
_logger = Logger(service="log-feed")
_domain.prepare(kept_days=_settings.kept_days, reader_role=_settings.reader_role)


def handler(event: dict[str, dict[str, str]], context: object) -> None:  # noqa: ARG001 — Lambda's form
    """Keep every event of the batch, in the domain or in the bucket."""
    batch = read(event["awslogs"]["data"])
    for together in requests(documents(batch)):
        refused = _domain.add(together)
        if refused:
            _set_aside(refused)


def _set_aside(refused: list[Refused]) -> None:
    """One object, named by its first event: sent again, it replaces itself."""
    lines = [
        msgspec.json.encode({**one.document.content, "refused": one.reason}) for one in refused
    ]
    first = refused[0].document
    _s3.put_object(
        Bucket=_settings.bucket_name,
        Key=f"refused/{first.index}/{first.id}.jsonl",
        Body=b"\n".join(lines) + b"\n",
        ContentType="application/jsonl",
    )
    _logger.error(
        "the search domain refused events", extra={"count": len(refused), "why": refused[0].reason}
    )
