"""The function that exports the user pool each night; made once for each cold start."""

import os
import tempfile

import boto3
from aws_lambda_powertools import Logger

from contracts.settings import UserExportSettings
from lambdas.operations.exported_users import write

_settings = UserExportSettings.from_environment(os.environ)
_pool = boto3.client("cognito-idp")
_s3 = boto3.client("s3")
_logger = Logger(service="user-export")


def handler(event: dict[str, object], context: object) -> None:  # noqa: ARG001 — Lambda's form
    """Write all of the pool, or nothing: what was exported before stays the newest version."""
    with tempfile.TemporaryFile() as file:
        counts = write(_pool, _settings.user_pool_id, file)
        file.seek(0)
        _s3.put_object(
            Bucket=_settings.bucket_name,
            Key=_settings.object_key,
            Body=file,
            ContentType="application/jsonl",
        )
    _logger.info("exported", extra={"groups": counts.groups, "users": counts.users})
