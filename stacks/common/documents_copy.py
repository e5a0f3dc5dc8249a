"""A second set of documents, in another region."""

from aws_cdk import Environment as Place
from aws_cdk import aws_iam, aws_kms, aws_s3
from constructs import Construct

from stacks.constructs.access_log_bucket import AccessLogBucket
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.private_bucket import PrivateBucket
from stacks.constructs.replication import replication_rule
from stacks.environments import Environment

RULE = "documents"


def copy_of(documents: str) -> str:
    """The name of the bucket with the copies, by that of the documents'."""
    return documents.replace("-documents-", "-documents-copy-")


class DocumentsCopyStack(EnvironmentStack):
    """The bucket that S3 copies every document to, within minutes, where backups are kept.

    It has a key of its own region, and the lock that the documents have. A deletion is not copied.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        documents: str,
        region: str,
        lock: aws_s3.ObjectLockRetention | None,
    ) -> None:
        super().__init__(
            scope,
            name,
            environment=environment,
            env=Place(account=environment.account, region=region),
        )
        self.key = aws_kms.Key(
            self,
            "Key",
            alias=f"fleetcharge/{self.environment_name}-copy",
            description=f"The copy of {self.environment_name}'s documents",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        self.bucket_name = copy_of(documents)
        self.bucket = PrivateBucket(
            self,
            "Copies",
            bucket_name=self.bucket_name,
            logs=AccessLogBucket(self, "AccessLogs"),
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            object_lock_default_retention=lock,
        )

    def rule(self) -> aws_s3.ReplicationRule:
        """What the bucket of documents is told."""
        return replication_rule(RULE, to=self.bucket, key=self.key)


def replicator(
    scope: Construct, *, source: str, key: aws_kms.IKey, copy: DocumentsCopyStack
) -> aws_iam.Role:
    """The role in which S3 reads new versions from the bucket `source` and writes the copies."""
    role = aws_iam.Role(
        scope,
        "Replicator",
        assumed_by=aws_iam.ServicePrincipal("s3.amazonaws.com"),
        description="Copies documents to the other region",
    )
    bucket, target = (f"arn:{copy.partition}:s3:::{name}" for name in (source, copy.bucket_name))
    for actions, resource in (
        (["s3:GetReplicationConfiguration", "s3:ListBucket"], bucket),
        (
            [
                "s3:GetObjectLegalHold",
                "s3:GetObjectRetention",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            f"{bucket}/*",
        ),
        (["s3:ReplicateObject", "s3:ReplicateTags"], f"{target}/*"),
    ):
        role.add_to_policy(aws_iam.PolicyStatement(actions=actions, resources=[resource]))
    key.grant(role, "kms:Decrypt")
    role.add_to_policy(
        aws_iam.PolicyStatement(
            actions=["kms:Encrypt", "kms:GenerateDataKey"], resources=[copy.key.key_arn]
        )
    )
    for name in (bucket, target):
        acknowledge(
            role,
            "IAM5",
            f"Resource::{name}/*",
            because="All objects of the one bucket.",
            owner=Owner.BILLING,
        )
    return role
