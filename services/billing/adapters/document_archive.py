"""Documents in S3, each key written once."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from services.billing.application.ports import DocumentError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3DocumentArchive:
    """The `DocumentArchive` port."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep it, or nothing if the key is there (``If-None-Match: *``)."""
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=media_type,
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise DocumentError(f"{key}: {error}") from error
        except BotoCoreError as error:
            raise DocumentError(f"{key}: {error}") from error

    def get(self, key: str) -> bytes | None:
        """What is kept under the key."""
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise DocumentError(f"{key}: {error}") from error
        except BotoCoreError as error:
            raise DocumentError(f"{key}: {error}") from error
