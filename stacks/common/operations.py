"""Functions that operate the environment; deployments call them, users never do."""

from aws_cdk import CfnOutput, Duration, aws_iam, aws_kms
from constructs import Construct

from contracts.settings import DatabaseRoleSettings
from stacks.common.database_cluster import DatabaseCluster
from stacks.common.network import PRIVATE, NetworkStack
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.alarms import Alarms
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.python_function import PythonFunction
from stacks.environments import Environment

ROLE_SECRET_SUFFIX = "database-role"  # noqa: S105 — a name, no secret
"""A service's role secret is named ``{environment}/{service}/database-role``."""


class OperationsStack(EnvironmentStack):
    """The function behind the custom resource that makes a service's database and role."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        key: aws_kms.IKey,
        network: NetworkStack,
        database: DatabaseCluster,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        database_role = PythonFunction(
            self,
            "DatabaseRole",
            handler="lambdas.operations.database_role.handler",
            purpose="Makes a service's own database and login role in the cluster",
            program=DatabaseRoleSettings,
            settings={"administrator_secret_arn": database.administrator.secret_arn},
            key=key,
            alarms=alarms,
            timeout=Duration.minutes(2),
            network=network.vpc,
            subnets=PRIVATE,
            security_group=network.function,
        )
        database.administrator.grant_read(database_role.role)
        role_secrets = self.format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{self.environment_name}/*/{ROLE_SECRET_SUFFIX}-*",
        )
        database_role.role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"], resources=[role_secrets]
            )
        )
        acknowledge(
            self,
            "IAM5",
            f"Resource::{role_secrets}",
            because="Services come after this function: their role secrets are known by name only.",
            owner=Owner.SECURITY,
        )
        self.database_role = database_role.function
        """What `Custom::DatabaseRole` is asked of."""
        CfnOutput(self, "DatabaseRoleFunctionArn", value=self.database_role.function_arn)
