"""How functions that answer requests get a new version."""

from typing import cast

from aws_cdk import Duration, Stack, aws_cloudwatch, aws_codedeploy, aws_iam, aws_lambda
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.alarms import Alarms
from stacks.constructs.python_function import PythonFunction

ALIAS = "released"


class FunctionReleases(Construct):
    """The releases of a stack's functions: CodeDeploy moves requests to a new version, or back.

    Rules: who asks asks the alias, never the function; each minute a tenth of the requests more
    goes to the new version; the first minute in which it fails takes them all back to the version
    before, and the stack with them (``docs/decisions/functions-by-alias.md``).
    """

    def __init__(self, scope: Construct, name: str, *, alarms: Alarms) -> None:
        super().__init__(scope, name)
        self._alarms = alarms
        self._application = aws_codedeploy.LambdaApplication(self, "Application")
        self._role = aws_iam.Role(
            self,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("codedeploy.amazonaws.com"),
            description="CodeDeploy moves requests to a new version of a function, and back",
        )
        self._role.add_to_policy(
            aws_iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=["*"])
        )
        acknowledge(
            self._role,
            "IAM5",
            "Resource::*",
            because="The alarm of each version has a name that no policy written before can tell.",
            owner=Owner.PLATFORM,
        )

    def alias(self, function: PythonFunction) -> aws_lambda.Alias:
        """What callers ask. The version before is deleted when the new one has all requests."""
        version, arn = function.function.current_version, function.function.function_arn
        alias = aws_lambda.Alias(function, "Alias", alias_name=ALIAS, version=version)
        self._role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=[
                    "lambda:GetAlias",
                    "lambda:GetProvisionedConcurrencyConfig",
                    "lambda:UpdateAlias",
                ],
                resources=[arn, f"{arn}:{ALIAS}"],
            )
        )
        group = aws_codedeploy.LambdaDeploymentGroup(
            function,
            "Releases",
            application=self._application,
            # The construct would add the managed policy, which is about every alias there is.
            role=self._role.without_policy_updates(),
            alias=alias,
            deployment_config=aws_codedeploy.LambdaDeploymentConfig.LINEAR_10_PERCENT_EVERY_1_MINUTE,
            alarms=[self._alarm(function, version)],
        )
        group.node.add_dependency(self._role)
        # An update policy orders nothing: the group has to watch the new version's alarm first.
        alias.node.add_dependency(group)
        return alias

    def _alarm(self, function: PythonFunction, version: aws_lambda.Version) -> aws_cloudwatch.Alarm:
        """On the new version alone, and a new one each time.

        One that still rings for the version before would forbid the release that mends it.
        """
        name = function.function.function_name
        alarm = self._alarms.on(
            function,
            "ReleaseErrors",
            aws_cloudwatch.Metric(
                namespace="AWS/Lambda",
                metric_name="Errors",
                dimensions_map={
                    "FunctionName": name,
                    "Resource": f"{name}:{ALIAS}",
                    "ExecutedVersion": version.version,
                },
                period=Duration.minutes(1),
                statistic="Sum",
            ),
            threshold=1,
            periods=1,
            says=f"The new version of {function.node.path} fails, and is taken back.",
            runbook="bad-release",
        )
        cast(
            "aws_cloudwatch.CfnAlarm", alarm.node.default_child
        ).alarm_name = f"{Stack.of(self).stack_name}-{function.node.id}-{version.version}"
        return alarm
