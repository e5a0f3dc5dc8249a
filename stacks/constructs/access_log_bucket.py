"""Buckets to which AWS delivers access logs."""

from aws_cdk import Duration, aws_s3
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.fleetcharge_stack import fleetcharge_stack

DAYS = 90


class AccessLogBucket(aws_s3.Bucket):
    """A bucket for access logs. Rules: no public access, TLS only, encrypted, gone after `DAYS`.

    CloudFront delivers with access control lists, which `for_cloudfront` allows for it.
    """

    def __init__(self, scope: Construct, name: str, *, for_cloudfront: bool = False) -> None:
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
                if for_cloudfront
                else aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED
            ),
            lifecycle_rules=[aws_s3.LifecycleRule(expiration=Duration.days(DAYS))],
            removal_policy=fleetcharge_stack(scope).data_removal,
        )
        if (
            for_cloudfront
        ):  # the rule knows a log by the bucket that writes to it, which others have
            acknowledge(
                self,
                "S1",
                because="A log of the log's own deliveries would never end.",
                owner=Owner.PLATFORM,
            )
