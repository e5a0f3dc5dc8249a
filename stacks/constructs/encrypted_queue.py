"""Queues."""

from aws_cdk import Duration, aws_iam, aws_kms, aws_sqs
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.dead_letters import KEPT, DeadLetterQueue

ATTEMPTS = 5
"""Deliveries of a message before it is set aside."""
LONGEST_WAIT = Duration.minutes(15)
"""Of a message for a consumer, before somebody should look."""


class EncryptedQueue(Construct):
    """A standard queue and its dead-letter queue.

    Rules: encrypted with the environment's key; TLS only; a message that fails `ATTEMPTS` times is
    set aside in a `DeadLetterQueue`; one that waits for longer than `LONGEST_WAIT` raises an alarm
    as well. `runbook` says what to do with messages set aside.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        key: aws_kms.IKey,
        visibility: Duration,
        alarms: Alarms,
        runbook: str,
    ) -> None:
        super().__init__(scope, name)
        self._key = key
        self.dead_letters = DeadLetterQueue(
            self,
            "DeadLetters",
            key=key,
            alarms=alarms,
            says=f"A message of {name} failed {ATTEMPTS} times and was set aside.",
            runbook=runbook,
        )
        self.queue = aws_sqs.Queue(
            self,
            "Queue",
            encryption=aws_sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEPT,
            visibility_timeout=visibility,
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=ATTEMPTS
            ),
        )
        alarms.on(
            self,
            "Waiting",
            self.queue.metric_approximate_age_of_oldest_message(period=Duration.minutes(1)),
            threshold=LONGEST_WAIT.to_seconds(),
            says=f"Messages of {name} wait: nobody takes them, or not fast enough.",
            runbook="queue-waiting",
        )

    def let_send(self, role: aws_iam.IRole) -> None:
        """Allow delivery to the queue, and the key that this takes (SQS developer guide)."""
        self.queue.grant(role, "sqs:SendMessage")
        self._key.grant(role, "kms:GenerateDataKey", "kms:Decrypt")

    def let_receive(self, role: aws_iam.IRole) -> None:
        """Allow what a consumer does: receive, delete."""
        self.queue.grant(role, "sqs:ReceiveMessage", "sqs:DeleteMessage")
        self._key.grant(role, "kms:Decrypt")
