"""Amazon MQ: a message broker for systems of partners that speak AMQP. Nothing of ours needs it."""

import json

from aws_cdk import (
    Aws,
    CustomResource,
    Duration,
    aws_amazonmq,
    aws_cloudwatch,
    aws_iam,
    aws_logs,
    aws_secretsmanager,
)
from constructs import Construct

from contracts.settings import Settings
from stacks.common.foundation import Foundation
from stacks.common.network import PRIVATE
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.python_function import PythonFunction
from stacks.environments import Environment

RUNBOOK = "supporting-services"
MINUTE = Duration.minutes(1)
LOGS = ("general", "audit")
NIGHT = aws_amazonmq.CfnBroker.MaintenanceWindowProperty(
    day_of_week="SUNDAY", time_of_day="02:00", time_zone="UTC"
)
"""Two hours in which it may be away for an upgrade: there is one of it."""


class BrokerStack(EnvironmentStack):
    """One broker of ActiveMQ in one zone, on the smallest machine, which keeps messages in EFS.

    Every protocol of it is inside TLS: Amazon MQ has no other. ActiveMQ, for it takes the
    environment's key and security groups that can be changed.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self._foundation = foundation
        administrator = self._administrator()
        self.broker = aws_amazonmq.CfnBroker(
            self,
            "Broker",
            broker_name=f"fleetcharge-{self.environment_name}",
            engine_type="ACTIVEMQ",
            engine_version="5.19",
            auto_minor_version_upgrade=True,
            maintenance_window_start_time=NIGHT,
            deployment_mode="SINGLE_INSTANCE",
            host_instance_type="mq.t3.micro",
            storage_type="EFS",
            publicly_accessible=False,
            subnet_ids=foundation.network.vpc.select_subnets(
                subnet_type=PRIVATE.subnet_type
            ).subnet_ids[:1],
            security_groups=[foundation.network.supporting.broker.security_group_id],
            encryption_options=aws_amazonmq.CfnBroker.EncryptionOptionsProperty(
                use_aws_owned_key=False, kms_key_id=foundation.secrets.key.key_arn
            ),
            users=[
                aws_amazonmq.CfnBroker.UserProperty(
                    username=administrator.secret_value_from_json("username").unsafe_unwrap(),
                    password=administrator.secret_value_from_json("password").unsafe_unwrap(),
                    console_access=True,
                )
            ],
            logs=aws_amazonmq.CfnBroker.LogListProperty(general=True, audit=True),
        )
        self.broker.apply_removal_policy(self.data_removal)
        self._keep_logs()
        self._watch()

    def _administrator(self) -> aws_secretsmanager.Secret:
        """The template names the secret; CloudFormation reads it when it makes the broker."""
        secret = aws_secretsmanager.Secret(
            self,
            "Administrator",
            description="Administrator of the message broker: username and password",
            encryption_key=self._foundation.secrets.key,
            generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({"username": "administrator"}),
                generate_string_key="password",
                exclude_punctuation=True,
                password_length=40,
            ),
            removal_policy=self.data_removal,
        )
        acknowledge(
            secret,
            "SMG4",
            because="ActiveMQ takes a new password when it starts again: people choose the night.",
            owner=Owner.PLATFORM,
        )
        return secret

    def _keep_logs(self) -> None:
        """Amazon MQ makes log groups under the id that it gives the broker, and keeps them."""
        folder = f"/aws/amazonmq/broker/{self.broker.ref}"
        groups = f"arn:{Aws.PARTITION}:logs:{self.region}:{self.account}:log-group"
        aws_logs.CfnResourcePolicy(
            self,
            "LogPolicy",
            policy_name=f"fleetcharge-{self.environment_name}-broker",
            policy_document=self.to_json_string(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "mq.amazonaws.com"},
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            # The streams of this broker's groups, which it names itself.
                            "Resource": f"{groups}:{folder}/*",
                            "Condition": {
                                "StringEquals": {"aws:SourceAccount": self.account},
                                "ArnEquals": {"aws:SourceArn": self.broker.attr_arn},
                            },
                        }
                    ],
                }
            ),
        )
        function = PythonFunction(
            self,
            "LogRetention",
            handler="lambdas.operations.log_retention.handler",
            purpose="Has the broker's logs kept for as long as others of the environment",
            program=Settings,
            settings={},
            key=self._foundation.secrets.key,
            alarms=self._foundation.observability.alarms,
            timeout=MINUTE,
        )
        allowed = aws_iam.Policy(
            self,
            "MayKeepLogs",
            roles=[function.role],
            statements=[
                aws_iam.PolicyStatement(
                    actions=["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
                    # CloudWatch Logs asks for some actions on a group in the second form.
                    resources=[
                        f"{groups}:{folder}/{log}{form}"
                        for log in LOGS
                        for form in ("", ":log-stream:")
                    ],
                )
            ],
        )
        for log in LOGS:
            CustomResource(
                self,
                f"{log.capitalize()}Log",
                resource_type="Custom::LogRetention",
                service_token=function.function.function_arn,
                service_timeout=Duration.minutes(5),
                properties={
                    "LogGroupName": f"{folder}/{log}",
                    "RetentionDays": self.log_retention_days,
                },
            ).node.add_dependency(allowed)

    def _watch(self) -> None:
        alarms = self._foundation.observability.alarms
        alarms.on_silence(
            self,
            "Stopped",
            self._metric("CpuUtilization", "SampleCount"),
            periods=15,
            says="The message broker does not run; partners that speak AMQP wait.",
            runbook=RUNBOOK,
        )
        alarms.on(
            self,
            "Full",
            self._metric("StorePercentUsage", "Maximum"),
            threshold=80,
            says="The message broker is nearly full, and then takes no more from partners.",
            runbook=RUNBOOK,
        )

    def _metric(self, name: str, statistic: str) -> aws_cloudwatch.Metric:
        return aws_cloudwatch.Metric(
            namespace="AWS/AmazonMQ",
            metric_name=name,
            # Of a pair the second would be -2.
            dimensions_map={"Broker": f"{self.broker.broker_name}-1"},
            statistic=statistic,
            period=MINUTE,
        )
