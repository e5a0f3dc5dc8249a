"""Topics that tell who is on call."""

from typing import Any

from aws_cdk import Stack, aws_iam, aws_kms, aws_sns, aws_sns_subscriptions
from constructs import Construct, IConstruct

CLOUDWATCH = "cloudwatch.amazonaws.com"


def alarm_topic(scope: Construct, *, key: aws_kms.IKey, on_call: str) -> aws_sns.Topic:
    """A topic ``Alarms``, encrypted, that sends each by e-mail.

    Who may publish is said here: a topic that has a policy has no longer SNS's own, by which all
    of the account may.
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
    topic.add_subscription(aws_sns_subscriptions.EmailSubscription(on_call))
    return topic


def let_alarms_use(key: aws_kms.Key) -> None:
    """What CloudWatch needs of the key of an alarm's topic, for alarms of this account alone."""
    key.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=[aws_iam.ServicePrincipal(CLOUDWATCH)],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            conditions=_of_this_account(key),
        )
    )


def _of_this_account(scope: IConstruct) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}}
