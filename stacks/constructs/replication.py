"""Copies that S3 makes of what is put into a bucket."""

from aws_cdk import Duration, aws_cloudwatch, aws_kms, aws_s3
from constructs import Construct

from stacks.constructs.alarms import Alarms


def replication_rule(name: str, *, to: aws_s3.IBucket, key: aws_kms.IKey) -> aws_s3.ReplicationRule:
    """What the source is told: everything within 15 minutes, measured, and no deletion."""
    return aws_s3.ReplicationRule(
        id=name,
        destination=to,
        kms_key=key,
        sse_kms_encrypted_objects=True,
        delete_marker_replication=False,
        metrics=aws_s3.ReplicationTimeValue.FIFTEEN_MINUTES,
        replication_time_control=aws_s3.ReplicationTimeValue.FIFTEEN_MINUTES,
    )


def watch_replication(
    scope: Construct, alarms: Alarms, *, rule: str, source: str, target: str, says: str
) -> None:
    """Raise an alarm when S3 gives up a copy from one bucket to another, both by name."""
    alarms.on(
        scope,
        "ReplicationFailed",
        aws_cloudwatch.Metric(
            namespace="AWS/S3",
            metric_name="OperationsFailedReplication",
            dimensions_map={"SourceBucket": source, "DestinationBucket": target, "RuleId": rule},
            statistic="Sum",
            period=Duration.minutes(5),
        ),
        threshold=1,
        periods=1,
        says=says,
        runbook="objects-lost",
    )
