"""Where alarms go."""

from aws_cdk import CfnOutput, aws_kms, aws_sns, aws_sns_subscriptions
from constructs import Construct

from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment


class ObservabilityStack(EnvironmentStack):
    """The topic of all alarms, and who is told."""

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, key: aws_kms.IKey
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self.alarms = aws_sns.Topic(self, "Alarms", master_key=key, enforce_ssl=True)
        self.alarms.add_subscription(aws_sns_subscriptions.EmailSubscription(environment.on_call))
        CfnOutput(self, "AlarmsTopicArn", value=self.alarms.topic_arn)
