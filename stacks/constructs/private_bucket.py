"""Buckets."""

from typing import Any

from aws_cdk import Duration, aws_s3
from constructs import Construct

from stacks.constructs.access_log_bucket import access_log_prefix
from stacks.constructs.fleetcharge_stack import fleetcharge_stack


class PrivateBucket(aws_s3.Bucket):
    """A bucket. Rules: no public access, TLS only, encrypted, versioned, access logged.

    Replaced versions go after a month, parts of broken uploads after a day. Kept beyond its stack
    where the environment is protected.
    """

    def __init__(
        self, scope: Construct, name: str, *, logs: aws_s3.IBucket, **options: Any
    ) -> None:
        super().__init__(
            scope,
            name,
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            encryption=options.pop("encryption", aws_s3.BucketEncryption.S3_MANAGED),
            versioned=True,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=access_log_prefix(scope, name),
            removal_policy=fleetcharge_stack(scope).data_removal,
            lifecycle_rules=[
                aws_s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                    noncurrent_version_expiration=Duration.days(30),
                )
            ],
            **options,
        )
