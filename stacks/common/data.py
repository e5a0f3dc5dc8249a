"""What the environment keeps: the Aurora cluster, the single table, buckets and device logs."""

from typing import Any

from aws_cdk import CfnOutput, Duration, aws_dynamodb, aws_iam, aws_kms, aws_s3
from constructs import Construct

from stacks.common.database_cluster import DatabaseCluster
from stacks.common.documents_copy import DocumentsCopyStack, replicator
from stacks.common.grafana_files import GrafanaFiles
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


def documents_name(name: str, environment: Environment) -> str:
    """The bucket of an environment's documents."""
    return f"fleetcharge-{name}-documents-{environment.account}"


def documents_lock(environment: Environment) -> aws_s3.ObjectLockRetention | None:
    """What documents and their copies are kept by, where the environment locks them."""
    if not environment.lock_documents:
        return None
    return aws_s3.ObjectLockRetention.governance(Duration.days(DOCUMENT_YEARS * 366))


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
        documents_copy: DocumentsCopyStack | None,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self._key = key
        self.documents_name = documents_name(self.environment_name, environment)
        self.access_logs = AccessLogBucket(self, "AccessLogs")
        self.documents = PrivateBucket(
            self,
            "Documents",
            bucket_name=self.documents_name,
            logs=self.access_logs,
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            object_lock_default_retention=documents_lock(environment),
            **self._replication(documents_copy),
        )
        self.device_logs = EncryptedLogGroup(
            self, "DeviceLogs", key=key, days=DEVICE_LOG_DAYS, removal_policy=self.data_removal
        )
        self.table = self._table(key)
        self.database = DatabaseCluster(
            self, "Database", size=environment.database, key=key, network=network
        )
        self.grafana_files = (
            GrafanaFiles(
                self,
                "GrafanaFiles",
                vpc=network.vpc,
                security_group=network.supporting.grafana_files,
                key=key,
            )
            if environment.supporting.grafana
            else None
        )
        CfnOutput(self, "TableName", value=self.table.table_name)
        CfnOutput(self, "DatabaseEndpoint", value=self.database.host)

    def _replication(self, copy: DocumentsCopyStack | None) -> dict[str, Any]:
        if copy is None:
            return {}
        self.add_stack_dependency(copy, "S3 takes a rule only when its target is there")
        role = replicator(self, source=self.documents_name, key=self._key, copy=copy)
        return {"replication_rules": [copy.rule()], "replication_role": role}

    def let_use_table(self, role: aws_iam.IRole, *actions: str) -> None:
        """Allow `actions` on the table; not on its indexes. Functions have the key already."""
        role.add_to_principal_policy(
            aws_iam.PolicyStatement(actions=list(actions), resources=[self.table.table_arn])
        )

    def let_keep_documents(self, role: aws_iam.IRole) -> None:
        """Allow a program to add documents and to read them; not to remove any."""
        documents = f"arn:{self.partition}:s3:::{self.documents_name}/*"
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
