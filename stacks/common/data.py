"""What the environment keeps: the Aurora cluster, the single table, buckets and device logs."""

from aws_cdk import CfnOutput, Duration, aws_dynamodb, aws_iam, aws_kms, aws_s3
from constructs import Construct

from stacks.common.database_cluster import DatabaseCluster
from stacks.common.network import NetworkStack
from stacks.constructs.access_log_bucket import AccessLogBucket
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.private_bucket import PrivateBucket
from stacks.environments import Environment

DEVICE_LOG_DAYS = 30
DOCUMENT_YEARS = 8
"""How long an issued invoice is kept unchanged (section 147 of the German fiscal code, AO)."""


class DataStack(EnvironmentStack):
    """Everything stateful that programs share. No program of ours runs here."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        key: aws_kms.IKey,
        network: NetworkStack,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self._key = key
        self._documents_name = f"fleetcharge-{self.environment_name}-documents-{self.account}"
        self.access_logs = AccessLogBucket(self, "AccessLogs")
        self.documents = PrivateBucket(
            self,
            "Documents",
            bucket_name=self._documents_name,
            logs=self.access_logs,
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            object_lock_default_retention=(
                aws_s3.ObjectLockRetention.governance(Duration.days(DOCUMENT_YEARS * 366))
                if environment.lock_documents
                else None
            ),
        )
        self.device_logs = EncryptedLogGroup(
            self, "DeviceLogs", key=key, days=DEVICE_LOG_DAYS, removal_policy=self.data_removal
        )
        self.table = self._table(key)
        self.database = DatabaseCluster(
            self, "Database", size=environment.database, key=key, network=network
        )
        CfnOutput(self, "TableName", value=self.table.table_name)
        CfnOutput(self, "DatabaseEndpoint", value=self.database.host)

    def let_use_table(self, role: aws_iam.IRole, *actions: str) -> None:
        """Allow `actions` on the table; not on its indexes. Functions have the key already."""
        role.add_to_principal_policy(
            aws_iam.PolicyStatement(actions=list(actions), resources=[self.table.table_arn])
        )

    def let_keep_documents(self, role: aws_iam.IRole) -> None:
        """Allow a program to add documents and to read them; not to remove any."""
        documents = f"arn:{self.partition}:s3:::{self._documents_name}/*"
        for actions, resource in (
            (["s3:ListBucket"], self.documents.bucket_arn),
            (["s3:GetObject", "s3:PutObject"], documents),
        ):
            role.add_to_principal_policy(
                aws_iam.PolicyStatement(actions=actions, resources=[resource])
            )
        self._key.grant(role, "kms:Decrypt", "kms:GenerateDataKey")
        acknowledge(
            role,
            "IAM5",
            f"Resource::{documents}",
            because="All objects of the one bucket.",
            owner=Owner.BILLING,
        )

    def _table(self, key: aws_kms.IKey) -> aws_dynamodb.Table:
        """The single table of telemetry: keys are overloaded, each access pattern one request."""

        def text(name: str) -> aws_dynamodb.Attribute:
            return aws_dynamodb.Attribute(name=name, type=aws_dynamodb.AttributeType.STRING)

        table = aws_dynamodb.Table(
            self,
            "Table",
            partition_key=text("PK"),
            sort_key=text("SK"),
            billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=aws_dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires_at",
            deletion_protection=self.settings.protected,
            removal_policy=self.data_removal,
        )
        table.add_global_secondary_index(
            index_name="GSI1", partition_key=text("GSI1PK"), sort_key=text("GSI1SK")
        )
        return table
