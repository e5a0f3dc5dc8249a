"""Log groups."""

from aws_cdk import RemovalPolicy, Stack, aws_iam, aws_kms, aws_logs
from constructs import Construct

from stacks.constructs.fleetcharge_stack import fleetcharge_stack

RETENTION = {
    7: aws_logs.RetentionDays.ONE_WEEK,
    14: aws_logs.RetentionDays.TWO_WEEKS,
    30: aws_logs.RetentionDays.ONE_MONTH,
    90: aws_logs.RetentionDays.THREE_MONTHS,
    365: aws_logs.RetentionDays.ONE_YEAR,
}


class EncryptedLogGroup(aws_logs.LogGroup):
    """A log group. Rules: encrypted with the environment's key, and kept for a stated time.

    The time is the environment's unless `days` says otherwise.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        key: aws_kms.IKey,
        log_group_name: str | None = None,
        days: int | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        super().__init__(
            scope,
            name,
            log_group_name=log_group_name,
            encryption_key=key,
            retention=RETENTION[days or fleetcharge_stack(scope).log_retention_days],
            removal_policy=removal_policy,
        )


def let_logs_use(key: aws_kms.Key) -> None:
    """What CloudWatch Logs needs of a key, for the log groups of this account and region."""
    stack = Stack.of(key)
    key.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=[aws_iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
            actions=["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
            resources=["*"],
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": (
                        f"arn:aws:logs:{stack.region}:{stack.account}:log-group:*"
                    )
                }
            },
        )
    )
