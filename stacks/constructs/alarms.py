"""Alarms."""

from aws_cdk import aws_cloudwatch, aws_cloudwatch_actions, aws_sns
from constructs import Construct

AT_LEAST = aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
AT_MOST = aws_cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD


class Alarms:
    """Raises alarms.

    Rules: each reaches whoever is on call; each says what users feel, and ends with the address of
    the page in ``docs/runbooks/`` that says what to do; no data is no alarm.
    """

    def __init__(self, topic: aws_sns.ITopic, *, runbooks: str) -> None:
        """`runbooks` is the address at which people on call read ``docs/runbooks/``."""
        self.topic = topic
        self._runbooks = runbooks

    def on(
        self,
        scope: Construct,
        name: str,
        metric: aws_cloudwatch.IMetric,
        *,
        threshold: float,
        says: str,
        runbook: str,
        periods: int = 3,
        when: aws_cloudwatch.ComparisonOperator = AT_LEAST,
    ) -> aws_cloudwatch.Alarm:
        """Raise an alarm when `metric` is past `threshold` for `periods` of its own length."""
        alarm = aws_cloudwatch.Alarm(
            scope,
            name,
            metric=metric,
            alarm_description=f"{says} {self._runbooks}/{runbook}.md",
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=when,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(aws_cloudwatch_actions.SnsAction(self.topic))
        return alarm
