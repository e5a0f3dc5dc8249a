"""Where alarms go."""

from aws_cdk import CfnOutput, aws_kms
from constructs import Construct

from stacks.constructs.alarm_topic import alarm_topic
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment


class ObservabilityStack(EnvironmentStack):
    """The topic of all alarms, and who is told. What raises them comes later."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        key: aws_kms.IKey,
        runbooks: str,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self.alarms = alarm_topic(self, key=key, on_call=environment.on_call, runbooks=runbooks)
        CfnOutput(self, "AlarmsTopicArn", value=self.alarms.topic.topic_arn)
