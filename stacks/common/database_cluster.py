"""The environment's Aurora PostgreSQL cluster."""

from typing import cast

from aws_cdk import Duration, Token, aws_kms, aws_rds
from constructs import Construct

from stacks.common.network import DATABASE_PORT, ISOLATED, NetworkStack
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import environment_stack
from stacks.environments import Database

VERSION = aws_rds.AuroraPostgresEngineVersion.VER_16_11
ADMINISTRATOR = "fleetcharge"


class DatabaseCluster(Construct):
    """One cluster; each service has a database and a login role of its own in it.

    Rules: isolated subnets; encrypted with the environment's key; TLS only; backed up daily; the
    administrator's password is made by Secrets Manager and never seen.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        size: Database,
        key: aws_kms.IKey,
        network: NetworkStack,
    ) -> None:
        super().__init__(scope, name)
        stack = environment_stack(self)
        identifier = f"fleetcharge-{stack.environment_name}"
        engine = aws_rds.DatabaseClusterEngine.aurora_postgres(version=VERSION)
        log = EncryptedLogGroup(
            self, "Log", key=key, log_group_name=f"/aws/rds/cluster/{identifier}/postgresql"
        )
        self.administrator = aws_rds.DatabaseSecret(
            self, "Administrator", username=ADMINISTRATOR, encryption_key=key
        )
        self.administrator.apply_removal_policy(stack.data_removal)
        acknowledge(
            self.administrator,
            "SMG4",
            because="Rotated every month by the operations stack, which comes after this one.",
            owner=Owner.SECURITY,
        )
        cluster = aws_rds.DatabaseCluster(
            self,
            "Cluster",
            cluster_identifier=identifier,
            engine=engine,
            parameter_group=aws_rds.ParameterGroup(
                self, "Parameters", engine=engine, parameters={"rds.force_ssl": "1"}
            ),
            credentials=aws_rds.Credentials.from_secret(self.administrator),
            port=DATABASE_PORT,
            writer=_instance("Writer"),
            readers=[
                _instance(f"Reader{number}", scale_with_writer=number == 1)
                for number in range(1, size.readers + 1)
            ],
            serverless_v2_min_capacity=size.minimum_capacity,
            serverless_v2_max_capacity=size.maximum_capacity,
            serverless_v2_auto_pause_duration=(
                Duration.minutes(10) if size.minimum_capacity == 0 else None
            ),
            vpc=network.vpc,
            vpc_subnets=ISOLATED,
            security_groups=[network.database],
            storage_encrypted=True,
            storage_encryption_key=key,
            iam_authentication=True,
            backup=aws_rds.BackupProps(
                retention=Duration.days(size.backup_days), preferred_window="01:00-02:00"
            ),
            preferred_maintenance_window="sun:02:30-sun:03:30",
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            deletion_protection=stack.settings.protected,
            removal_policy=stack.data_removal,
        )
        cluster.node.add_dependency(log)
        self.identifier = identifier
        self.arn = cluster.cluster_arn
        resource = cast("aws_rds.CfnDBCluster", cluster.node.default_child)
        self.subnet_group_name = cast("str", resource.db_subnet_group_name)
        self.host = cluster.cluster_endpoint.hostname
        self.port = Token.as_string(cluster.cluster_endpoint.port)
        if not stack.settings.protected:
            acknowledge(
                cluster,
                "RDS10",
                because="An unprotected environment can be torn down.",
                owner=Owner.PLATFORM,
            )


def _instance(name: str, *, scale_with_writer: bool | None = None) -> aws_rds.IClusterInstance:
    """`scale_with_writer` keeps a reader as large as the writer that it may have to replace."""
    return aws_rds.ClusterInstance.serverless_v2(
        name,
        publicly_accessible=False,
        auto_minor_version_upgrade=True,
        scale_with_writer=scale_with_writer,
    )
