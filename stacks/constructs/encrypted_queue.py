"""Queues."""

from aws_cdk import (
    Duration,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_iam,
    aws_kms,
    aws_sns,
    aws_sqs,
)
from constructs import Construct

ATTEMPTS = 5
"""Deliveries of a message before it is set aside."""


class EncryptedQueue(Construct):
    """A standard queue and its dead-letter queue.

    Rules: encrypted with the environment's key; TLS only; a message that fails `ATTEMPTS` times is
    set aside for 14 days, and the first one set aside raises an alarm.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        key: aws_kms.IKey,
        visibility: Duration,
        alarms: aws_sns.ITopic,
    ) -> None:
        super().__init__(scope, name)
        self._key = key
        self.dead_letters = aws_sqs.Queue(
            self,
            "DeadLetters",
            encryption=aws_sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.queue = aws_sqs.Queue(
            self,
            "Queue",
            encryption=aws_sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            visibility_timeout=visibility,
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=ATTEMPTS
            ),
        )
        self.dead_letters.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(1), statistic="Maximum"
        ).create_alarm(
            self,
            "SetAside",
            alarm_description=f"A message of {name} failed {ATTEMPTS} times and was set aside.",
            threshold=1,
            evaluation_periods=1,
            comparison_operator=(
                aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            ),
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
        ).add_alarm_action(aws_cloudwatch_actions.SnsAction(alarms))

    def let_send(self, role: aws_iam.IRole) -> None:
        """Allow delivery to the queue, and the key that this takes (SQS developer guide)."""
        self.queue.grant(role, "sqs:SendMessage")
        self._key.grant(role, "kms:GenerateDataKey", "kms:Decrypt")

    def let_receive(self, role: aws_iam.IRole) -> None:
        """Allow what a consumer does: receive, keep hidden for longer, delete."""
        self.queue.grant(
            role, "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"
        )
        self._key.grant(role, "kms:Decrypt")
