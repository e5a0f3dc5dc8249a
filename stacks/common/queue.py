"""Queues between programs."""

from aws_cdk import CfnOutput, Duration, aws_kms
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.encrypted_queue import EncryptedQueue
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment


class QueueStack(EnvironmentStack):
    """Session events: charging's outbox delivers, billing consumes (`contracts.events`).

    Solar surplus of sites: telemetry delivers, charging consumes (`contracts.site_surplus`).
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        key: aws_kms.IKey,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self.session_events = EncryptedQueue(
            self,
            "SessionEvents",
            key=key,
            visibility=Duration.minutes(1),
            alarms=alarms,
            runbook="session-events-dead-letter",
        )
        self.site_surplus = EncryptedQueue(
            self,
            "SiteSurplus",
            key=key,
            visibility=Duration.minutes(1),
            alarms=alarms,
            runbook="site-surplus-dead-letter",
        )
        for name, queue in (
            ("SessionEvents", self.session_events),
            ("SiteSurplus", self.site_surplus),
        ):
            CfnOutput(self, f"{name}QueueUrl", value=queue.queue.queue_url)
            CfnOutput(self, f"{name}DeadLettersUrl", value=queue.dead_letters.queue_url)
