"""An object for which the caller names ``aws:kms`` and no key takes S3's own.

So it says for ``PutObject``, ``x-amz-server-side-encryption-aws-kms-key-id``; MiniStack refuses it,
and with it the CDK's CLI once the bucket is encrypted by KMS.
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import s3


def mend() -> None:
    """Of every write of an object."""
    theirs = s3._resolve_sse_write_headers

    def resolve(headers: dict[str, str], bucket: str) -> Any:
        own = f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"
        if headers.get(_ALGORITHM) == "aws:kms":
            headers = {**headers, _KEY: headers.get(_KEY) or own}
        return theirs(headers, bucket)

    s3._resolve_sse_write_headers = resolve


_ALGORITHM = "x-amz-server-side-encryption"
_KEY = f"{_ALGORITHM}-aws-kms-key-id"
