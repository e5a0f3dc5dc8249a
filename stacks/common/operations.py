"""Functions that operate the environment; AWS calls them, users never do."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration, aws_iam, aws_kms, aws_lambda, aws_secretsmanager
from constructs import Construct

from contracts.settings import DatabaseRoleSettings, RotationSettings, Settings
from stacks.common.cluster import PROGRAMS, ClusterStack
from stacks.common.database_cluster import DatabaseCluster
from stacks.common.network import PRIVATE, NetworkStack
from stacks.constructs.alarms import Alarms
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.python_function import PythonFunction
from stacks.environments import Environment

ROLE_SECRET_SUFFIX = "database-role"  # noqa: S105 — a name, no secret
"""A service's role secret is named ``{environment}/{service}/database-role``."""

ADMINISTRATOR_DAY, SERVICE_DAY = 7, 8
"""Days of the month on which passwords change: after the month's close, and never both at once."""


class OperationsStack(EnvironmentStack):
    """What makes a service's database and role, and what changes the passwords of the database."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        key: aws_kms.IKey,
        network: NetworkStack,
        database: DatabaseCluster,
        cluster: ClusterStack,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self._key, self._network, self._alarms = key, network, alarms
        self._database = database
        # Services come after this stack: their secrets are known by name, behind which Secrets
        # Manager puts a hyphen and six characters.
        self._role_secrets = [
            self.format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=f"{self.environment_name}/{program}/{ROLE_SECRET_SUFFIX}-??????",
            )
            for program in PROGRAMS
        ]
        database_role = self._function(
            "DatabaseRole",
            handler="lambdas.operations.database_role.handler",
            purpose="Makes a service's own database and login role in the cluster",
            program=DatabaseRoleSettings,
            settings={"administrator_secret_arn": database.administrator.secret_arn},
        )
        rotation = self._function(
            "Rotation",
            handler="lambdas.operations.rotation.handler",
            purpose="Changes the passwords of the database's administrator and of services",
            program=RotationSettings,
            settings={
                "administrator_secret_arn": database.administrator.secret_arn,
                "cluster_name": cluster.cluster.cluster_name,
            },
        )
        self._let_rotate(rotation, cluster)
        self.database_role = database_role.function
        """What `Custom::DatabaseRole` is asked of."""
        self.rotation = rotation.function
        """What Secrets Manager calls."""
        CfnOutput(self, "DatabaseRoleFunctionArn", value=self.database_role.function_arn)

    def _function(
        self,
        name: str,
        *,
        handler: str,
        purpose: str,
        program: type[Settings],
        settings: Mapping[str, str],
    ) -> PythonFunction:
        """A function that reaches the database and reads the secrets of those who sign in."""
        function = PythonFunction(
            self,
            name,
            handler=handler,
            purpose=purpose,
            program=program,
            settings=settings,
            key=self._key,
            alarms=self._alarms,
            timeout=Duration.minutes(2),
            network=self._network.vpc,
            subnets=PRIVATE,
            security_group=self._network.function,
        )
        self._let_use_secrets(function, "secretsmanager:GetSecretValue")
        return function

    def _let_use_secrets(self, function: PythonFunction, *actions: str) -> None:
        """Those of everyone who signs in to the database."""
        function.role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=list(actions),
                resources=[self._database.administrator.secret_arn, *self._role_secrets],
            )
        )

    def _let_rotate(self, rotation: PythonFunction, cluster: ClusterStack) -> None:
        changes = (
            "secretsmanager:DescribeSecret",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        )
        self._let_use_secrets(rotation, *changes)
        self._key.grant(rotation.role, "kms:GenerateDataKey")
        rotation.role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["ecs:UpdateService"],
                resources=[
                    self.format_arn(
                        service="ecs",
                        resource="service",
                        resource_name=f"{cluster.name}/{program}",
                    )
                    for program in PROGRAMS
                ],
            )
        )
        allowed = aws_lambda.CfnPermission(
            self,
            "RotationCalls",
            action="lambda:InvokeFunction",
            function_name=rotation.function.function_arn,
            principal="secretsmanager.amazonaws.com",
            source_account=self.account,
        )
        rotate_monthly(
            self,
            "AdministratorRotation",
            self._database.administrator,
            rotation.function,
            day=ADMINISTRATOR_DAY,
        ).node.add_dependency(allowed)


def rotate_monthly(
    scope: Construct,
    name: str,
    secret: aws_secretsmanager.ISecret,
    rotation: aws_lambda.IFunction,
    *,
    day: int,
) -> aws_secretsmanager.CfnRotationSchedule:
    """Change a password on a day of the month, by night; the first time on the next such day."""
    return aws_secretsmanager.CfnRotationSchedule(
        scope,
        name,
        secret_id=secret.secret_arn,
        rotation_lambda_arn=rotation.function_arn,
        rotate_immediately_on_update=False,
        rotation_rules=aws_secretsmanager.CfnRotationSchedule.RotationRulesProperty(
            schedule_expression=f"cron(0 1 {day} * ? *)", duration="3h"
        ),
    )
