"""Log groups."""

from aws_cdk import RemovalPolicy, aws_kms, aws_logs
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
