"""Topics that tell who is on call."""

from typing import Any

from aws_cdk import Stack, aws_iam, aws_kms, aws_sns, aws_sns_subscriptions
from constructs import Construct, IConstruct

from stacks.constructs.alarms import Alarms
from stacks.constructs.dead_letters import DeadLetterQueue

CLOUDWATCH, SNS = "cloudwatch.amazonaws.com", "sns.amazonaws.com"


def alarm_topic(scope: Construct, *, key: aws_kms.IKey, on_call: str, runbooks: str) -> Alarms:
    """Alarms of a topic ``Alarms``, encrypted, that sends each by e-mail.

    One whose mail could not be delivered for hours is kept in a dead-letter queue. Who may publish
    is said here: a topic that has a policy has no longer SNS's own, by which all of the account
    may.
    """
    topic = aws_sns.Topic(scope, "Alarms", master_key=key, enforce_ssl=True)
    topic.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=[aws_iam.ServicePrincipal(CLOUDWATCH)],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions=_of_this_account(topic),
        )
    )
    alarms = Alarms(topic, runbooks=runbooks)
    undelivered = DeadLetterQueue(
        scope,
        "UndeliveredAlarms",
        key=key,
        alarms=alarms,
        says="Mails to who is on call could not be delivered: they wait in a queue.",
        runbook="alarms-undelivered",
    ).of_events()
    topic.add_subscription(
        aws_sns_subscriptions.EmailSubscription(on_call, dead_letter_queue=undelivered)
    )
    return alarms


def let_alarms_use(key: aws_kms.Key) -> None:
    """What an alarm needs of the key, on its way to the topic and, undelivered, to the queue."""
    for service, actions in (
        (CLOUDWATCH, ["kms:Decrypt", "kms:GenerateDataKey*"]),
        (SNS, ["kms:Decrypt", "kms:GenerateDataKey"]),
    ):
        key.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[aws_iam.ServicePrincipal(service)],
                actions=actions,
                resources=["*"],
                conditions=_of_this_account(key),
            )
        )


def _of_this_account(scope: IConstruct) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}}
