"""Buckets to which AWS delivers access logs."""

from aws_cdk import Duration, aws_s3
from constructs import Construct

from stacks.constructs.fleetcharge_stack import fleetcharge_stack

DAYS = 90


class AccessLogBucket(aws_s3.Bucket):
    """A bucket for access logs. Rules: no public access, TLS only, encrypted, gone after `DAYS`.

    CloudFront delivers with access control lists, which a bucket for it allows.
    """

    def __init__(
        self, scope: Construct, name: str, *, for_cloudfront_logged_in: aws_s3.IBucket | None = None
    ) -> None:
        """`for_cloudfront_logged_in`: of a bucket for CloudFront, where its own access is logged.

        Any other logs the access to buckets, and to itself nowhere: that would never end.
        """
        logs = for_cloudfront_logged_in
        super().__init__(
            scope,
            name,
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            # Load balancers cannot deliver to a bucket with a key of ours.
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            object_ownership=(
                aws_s3.ObjectOwnership.OBJECT_WRITER
                if logs
                else aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED
            ),
            server_access_logs_bucket=logs,
            server_access_logs_prefix=access_log_prefix(scope, name) if logs else None,
            lifecycle_rules=[aws_s3.LifecycleRule(expiration=Duration.days(DAYS))],
            removal_policy=fleetcharge_stack(scope).data_removal,
        )


def access_log_prefix(scope: Construct, name: str) -> str:
    """Where the access to a bucket is logged in the bucket for that."""
    return f"s3/{fleetcharge_stack(scope).artifact_id}/{name.lower()}/"
