"""The log account: what happened in every account, locked, and how to ask it."""

from typing import Any

from aws_cdk import Duration, aws_iam, aws_kms, aws_s3
from constructs import Construct

from stacks.constructs.access_log_bucket import AccessLogBucket
from stacks.constructs.private_bucket import PrivateBucket
from stacks.constructs.replication import replication_rule, watch_replication
from stacks.environments import HOME_REGION, Fleet
from stacks.organization.log_queries import LogQueries
from stacks.organization.log_tables import config_items, trail_events
from stacks.organization.on_call import on_call
from stacks.organization.organization_stack import OrganizationStack

TRAIL = "fleetcharge"
LOCKED_DAYS = 366
DELIVERED_DAYS = 90
"""How long what AWS Config wrote stays where it wrote it, beside the copy that is locked."""
HISTORY = "history"
"""The rule by which it is copied."""
KEY_ALIAS = "fleetcharge/log"


def trail_bucket(log_account: str) -> str:
    """The name of the bucket that the trail writes to."""
    return f"fleetcharge-trail-{log_account}"


def config_bucket(log_account: str) -> str:
    """The name of the bucket that AWS Config writes to."""
    return f"fleetcharge-config-{log_account}"


def config_archive(log_account: str) -> str:
    """The name of the bucket that keeps what AWS Config wrote."""
    return f"fleetcharge-config-archive-{log_account}"


def log_key(log_account: str) -> str:
    """The key of both, by its alias: other accounts know it before it is made."""
    return f"arn:aws:kms:{HOME_REGION}:{log_account}:alias/{KEY_ALIAS}"


class LogStack(OrganizationStack):
    """The trail's bucket, the history of AWS Config, and questions to both.

    Neither can be changed or deleted for a year, by anybody. AWS Config does not write to a bucket
    that locks what it gets: it writes to another one, from which nobody deletes, and S3 copies that
    within minutes.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet, organization: str) -> None:
        super().__init__(scope, name, account=fleet.accounts.log)
        self._organization = organization
        self._management = fleet.accounts.management
        self._key = self._encryption_key()
        self._logs = AccessLogBucket(self, "AccessLogs")
        trail = self._trail_bucket()
        archive = self._bucket("ConfigArchive", config_archive(self.account), LOCKED_DAYS)
        self._archive(archive)
        self._config_bucket(archive)
        watch_replication(
            self,
            on_call(self, key=self._key, fleet=fleet),
            rule=HISTORY,
            source=config_bucket(self.account),
            target=config_archive(self.account),
            says="What AWS Config wrote was not copied to where it is locked.",
        )
        results = self._bucket("QueryResults", f"fleetcharge-queries-{self.account}")
        results.add_lifecycle_rule(expiration=Duration.days(30))
        LogQueries(
            self,
            "Questions",
            tables=[
                trail_events(trail.bucket_name, organization),
                config_items(archive.bucket_name),
            ],
            results=f"s3://{results.bucket_name}/",
            key=self._key,
            accounts=[
                *(number for _, number in fleet.accounts),
                *(environment.account for environment in fleet.named().values()),
            ],
        )

    def _encryption_key(self) -> aws_kms.Key:
        key = aws_kms.Key(
            self,
            "Key",
            alias=KEY_ALIAS,
            description="What happened in every account",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        key.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[aws_iam.ServicePrincipal("cloudtrail.amazonaws.com")],
                actions=["kms:DescribeKey", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceArn": self._trail_arn()}},
            )
        )
        key.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[aws_iam.ServicePrincipal("config.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceOrgID": self._organization}},
            )
        )
        return key

    def _trail_arn(self) -> str:
        return f"arn:aws:cloudtrail:{HOME_REGION}:{self._management}:trail/{TRAIL}"

    def _bucket(
        self, name: str, bucket_name: str, days_locked: int | None = None, **options: Any
    ) -> PrivateBucket:
        return PrivateBucket(
            self,
            name,
            bucket_name=bucket_name,
            logs=self._logs,
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=self._key,
            bucket_key_enabled=True,
            object_lock_default_retention=(
                aws_s3.ObjectLockRetention.compliance(Duration.days(days_locked))
                if days_locked
                else None
            ),
            **options,
        )

    def _trail_bucket(self) -> PrivateBucket:
        bucket = self._bucket("TrailEvents", trail_bucket(self.account), LOCKED_DAYS)
        self._archive(bucket)
        from_the_trail = {"aws:SourceArn": self._trail_arn()}
        self._let_deliver(
            bucket,
            "cloudtrail.amazonaws.com",
            [f"AWSLogs/{self._organization}/*", f"AWSLogs/{self._management}/*"],
            from_the_trail,
        )
        return bucket

    def _config_bucket(self, archive: PrivateBucket) -> None:
        copies = self._replicator()
        bucket = self._bucket(
            "ConfigHistory",
            config_bucket(self.account),
            replication_rules=[replication_rule(HISTORY, to=archive, key=self._key)],
            replication_role=copies,
        )
        bucket.add_lifecycle_rule(expiration=Duration.days(DELIVERED_DAYS))
        for where, actions in (
            (bucket.bucket_arn, ["s3:GetReplicationConfiguration", "s3:ListBucket"]),
            (
                bucket.arn_for_objects("*"),
                [
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionTagging",
                ],
            ),
        ):
            bucket.add_to_resource_policy(
                aws_iam.PolicyStatement(principals=[copies], actions=actions, resources=[where])
            )
        archive.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[copies],
                actions=["s3:ReplicateObject", "s3:ReplicateTags"],
                resources=[archive.arn_for_objects("*")],
            )
        )
        self._let_deliver(
            bucket,
            "config.amazonaws.com",
            ["AWSLogs/*/Config/*"],
            {"aws:SourceOrgID": self._organization},
        )
        bucket.add_to_resource_policy(
            aws_iam.PolicyStatement(
                sid="HistoryStays",
                effect=aws_iam.Effect.DENY,
                principals=[aws_iam.AnyPrincipal()],
                actions=["s3:DeleteObject", "s3:DeleteObjectVersion"],
                resources=[bucket.arn_for_objects("*")],
            )
        )

    def _replicator(self) -> aws_iam.Role:
        role = aws_iam.Role(
            self,
            "Replicator",
            assumed_by=aws_iam.ServicePrincipal("s3.amazonaws.com"),
            description="Copies what AWS Config wrote to where it is locked",
        )
        self._key.grant(role, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
        return role

    @staticmethod
    def _archive(bucket: PrivateBucket) -> None:
        bucket.add_lifecycle_rule(
            transitions=[
                aws_s3.Transition(
                    storage_class=aws_s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
                    transition_after=Duration.days(90),
                )
            ],
            expiration=Duration.days(10 * LOCKED_DAYS),
        )

    @staticmethod
    def _let_deliver(
        bucket: PrivateBucket, service: str, paths: list[str], condition: dict[str, str]
    ) -> None:
        principal = aws_iam.ServicePrincipal(service)
        bucket.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[principal],
                actions=["s3:GetBucketAcl", "s3:ListBucket"],
                resources=[bucket.bucket_arn],
                conditions={"StringEquals": condition},
            )
        )
        bucket.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[principal],
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects(path) for path in paths],
                conditions={
                    "StringEquals": condition | {"s3:x-amz-acl": "bucket-owner-full-control"}
                },
            )
        )
