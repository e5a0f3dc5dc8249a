"""Dead-letter queues."""

from typing import Self

from aws_cdk import Duration, aws_kms, aws_lambda, aws_sqs
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.alarms import Alarms
from stacks.constructs.python_function import PythonFunction

KEPT = Duration.days(14)
"""As long as SQS keeps anything."""
RETRIES = 2
"""Of a call that a function failed: after one minute, and after two more."""
TRIED_FOR = Duration.hours(1)
"""A call that waits for longer, for Lambda turns it away, is set aside untried."""


class DeadLetterQueue(aws_sqs.Queue):
    """What was given up in the end, for people to look at.

    Rules: encrypted with the environment's key; TLS only; kept for as long as SQS can; the first
    message raises an alarm. It `says` what has not happened, `runbook` what to do.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        key: aws_kms.IKey,
        alarms: Alarms,
        says: str,
        runbook: str,
    ) -> None:
        super().__init__(
            scope,
            name,
            encryption=aws_sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEPT,
        )
        self._key = key
        alarms.on(
            self,
            "SetAside",
            self.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            threshold=1,
            periods=1,
            says=says,
            runbook=runbook,
        )

    def of_events(self) -> Self:
        """Not of a queue: rules that did not reach their targets put events here, or functions."""
        acknowledge(
            self,
            "SQS3",
            because="It is a dead-letter queue: of events, which the check does not look at.",
            owner=Owner.PLATFORM,
        )
        return self

    def take_failures_of(self, function: PythonFunction) -> None:
        """Keep each call that nobody waits for and that fails `RETRIES` times more, with why."""
        self.grant(function.role, "sqs:SendMessage")
        self._key.grant(function.role, "kms:GenerateDataKey", "kms:Decrypt")
        aws_lambda.CfnEventInvokeConfig(
            function,
            "Trying",
            function_name=function.function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=TRIED_FOR.to_seconds(),
            destination_config={"onFailure": {"destination": self.queue_arn}},
        )
