"""Topics that tell who is on call."""

from aws_cdk import Stack, aws_iam, aws_kms, aws_sns, aws_sns_subscriptions
from constructs import Construct


def alarm_topic(scope: Construct, *, key: aws_kms.IKey, on_call: str) -> aws_sns.Topic:
    """A topic ``Alarms``, encrypted, that sends each by e-mail."""
    topic = aws_sns.Topic(scope, "Alarms", master_key=key, enforce_ssl=True)
    topic.add_subscription(aws_sns_subscriptions.EmailSubscription(on_call))
    return topic


def let_alarms_use(key: aws_kms.Key) -> None:
    """What CloudWatch needs of the key of an alarm's topic, for alarms of this account alone."""
    key.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=[aws_iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(key).account}},
        )
    )
