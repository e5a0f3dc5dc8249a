"""A trust store of Elastic Load Balancing, which takes lists of revoked certificates from S3."""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from services.charging.application.ports import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_s3 import S3Client


class LoadBalancerTrustStore:
    """See `services.charging.application.revocations.TrustStore`."""

    def __init__(
        self, elb: "ElasticLoadBalancingv2Client", s3: "S3Client", arn: str, place: str
    ) -> None:
        """`place`: bucket and key, whence a copy is taken, with the rights of who asks for it."""
        self._elb = elb
        self._s3 = s3
        self._arn = arn
        self._bucket, _, self._key = place.partition("/")

    @property
    def name(self) -> str:
        """Its ARN."""
        return self._arn

    async def replace(self, revoked: str, number: int | None) -> int:
        """The new one counts before the old one goes; one that is gone already is no error."""
        try:
            return await asyncio.to_thread(self._replace, revoked.encode(), number)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(str(error)) from error

    def _replace(self, revoked: bytes, number: int | None) -> int:
        self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=revoked)
        (added,) = self._elb.add_trust_store_revocations(
            TrustStoreArn=self._arn,
            RevocationContents=[
                {"S3Bucket": self._bucket, "S3Key": self._key, "RevocationType": "CRL"}
            ],
        )["TrustStoreRevocations"]
        if number is not None:
            with contextlib.suppress(self._elb.exceptions.RevocationIdNotFoundException):
                self._elb.remove_trust_store_revocations(
                    TrustStoreArn=self._arn, RevocationIds=[number]
                )
        return added["RevocationId"]
