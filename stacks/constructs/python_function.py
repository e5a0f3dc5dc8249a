"""Functions."""

import os
from collections.abc import Mapping

from aws_cdk import (
    Duration,
    FileAssetPackaging,
    Stack,
    Stage,
    aws_ec2,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_s3,
)
from constructs import Construct

from contracts.settings import Settings
from stacks.constructs import program_settings
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.alarms import Alarms
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.lambda_package import HOST, LAMBDA, LambdaPackage
from stacks.constructs.traces import accept_any_trace

MINUTE = Duration.minutes(1)


class PythonFunction(Construct):
    """A function of ``lambdas/``, ``handler`` being ``lambdas.{package}.{module}.{function}``.

    Rules: arm64; a role of its own that may write its own log, read what the key encrypts, and what
    its stack grants; its variables encrypted and exactly those of its settings class; an alarm when
    it fails and when Lambda turns calls away. `traced` sends X-Ray one call a second and 5 % of the
    rest.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        handler: str,
        program: type[Settings],
        settings: Mapping[str, str],
        purpose: str,
        key: aws_kms.IKey,
        alarms: Alarms,
        timeout: Duration,
        memory: int = 256,
        traced: bool = False,
        network: aws_ec2.IVpc | None = None,
        subnets: aws_ec2.SubnetSelection | None = None,
        security_group: aws_ec2.ISecurityGroup | None = None,
    ) -> None:
        super().__init__(scope, name)
        self.log = EncryptedLogGroup(self, "Log", key=key)
        self.role = aws_iam.Role(
            self,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
            description=purpose,
        )
        self.log.grant_write(self.role)
        key.grant(self.role, "kms:Decrypt")
        if network is not None:
            _let_it_join_the_network(self.role)
        self.function = aws_lambda.Function(
            self,
            "Function",
            description=purpose,
            runtime=aws_lambda.Runtime.PYTHON_3_14,
            architecture=aws_lambda.Architecture.ARM_64,
            code=_PackagedCode(handler.split(".")[1]),
            handler=handler,
            environment=program_settings.plain(program, settings),
            environment_encryption=key,
            memory_size=memory,
            timeout=timeout,
            role=self.role,
            log_group=self.log,
            logging_format=aws_lambda.LoggingFormat.JSON,
            tracing=aws_lambda.Tracing.ACTIVE if traced else None,
            vpc=network,
            vpc_subnets=subnets,
            security_groups=[security_group] if security_group else None,
        )
        if traced:
            accept_any_trace(self.role)
        self._watch(alarms)

    def _watch(self, alarms: Alarms) -> None:
        function, name = self.function, self.node.path
        for kind, metric, says in (
            ("Errors", function.metric_errors(period=MINUTE), f"{name} fails."),
            ("Throttles", function.metric_throttles(period=MINUTE), f"{name} is called too often."),
        ):
            alarms.on(
                self, kind, metric, threshold=1, says=says, runbook=f"function-{kind.lower()}"
            )


class _PackagedCode(aws_lambda.Code):
    """A package as an asset that is uploaded once for each key.

    The asset is where it was built, not a copy in the assembly: so a synthesis without bundling
    (``aws:cdk:bundling-stacks: []``) writes the same files, and needs no package to be there.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def bind(self, scope: Construct) -> aws_lambda.CodeConfig:
        """Build the package where the stack is to be deployed, and say where it is kept."""
        stack = Stack.of(scope)
        on_this_machine = scope.node.try_get_context("packages") == "host"
        package = LambdaPackage(self._name, HOST if on_this_machine else LAMBDA)
        if stack.bundling_required:
            package.build()
        assembly = Stage.of(scope)
        assert assembly is not None  # noqa: S101 — every stack stands in a stage
        asset = stack.synthesizer.add_file_asset(
            source_hash=package.key,
            packaging=FileAssetPackaging.ZIP_DIRECTORY,
            file_name=os.path.relpath(package.folder, assembly.outdir),
            display_name=f"lambdas/{self._name}",
        )
        return aws_lambda.CodeConfig(
            s3_location=aws_s3.Location(bucket_name=asset.bucket_name, object_key=asset.object_key)
        )


def _let_it_join_the_network(role: aws_iam.Role) -> None:
    role.add_to_policy(
        aws_iam.PolicyStatement(
            actions=[
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
            ],
            resources=["*"],
        )
    )
    acknowledge(
        role,
        "IAM5",
        "Resource::*",
        because="Lambda makes and finds its network interfaces by these, which take no resource.",
        owner=Owner.PLATFORM,
    )
