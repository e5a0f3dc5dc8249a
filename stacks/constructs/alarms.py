"""Alarms."""

from typing import Any

from aws_cdk import aws_certificatemanager, aws_cloudwatch, aws_cloudwatch_actions, aws_sns
from constructs import Construct

AT_LEAST = aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
AT_MOST = aws_cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD

RENEWED_DAYS = 30
"""ACM renews 60 days before the end: one with fewer left could not be renewed."""


class Alarms:
    """Raises alarms.

    Rules: each reaches whoever is on call; each says what users feel, and ends with the address of
    the page in ``docs/runbooks/`` that says what to do; no data is no alarm, but where it is what
    is looked for.
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
        return self._alarm(
            scope,
            name,
            metric,
            alarm_description=f"{says} {self.page(runbook)}",
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=when,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def on_ending(
        self,
        scope: Construct,
        certificate: aws_certificatemanager.ICertificate,
        *,
        whose: str,
        name: str = "CertificateEnds",
    ) -> None:
        """Raise an alarm when a certificate is not renewed."""
        self.on(
            scope,
            name,
            certificate.metric_days_to_expiry(),
            threshold=RENEWED_DAYS,
            periods=1,
            when=AT_MOST,
            says=f"{whose} certificate ends soon and was not renewed.",
            runbook="certificate-ends",
        )

    def on_silence(
        self,
        scope: Construct,
        name: str,
        metric: aws_cloudwatch.IMetric,
        *,
        periods: int,
        says: str,
        runbook: str,
    ) -> None:
        """Raise an alarm when `metric` counted nothing for `periods` of its own length."""
        self._alarm(
            scope,
            name,
            metric,
            alarm_description=f"{says} {self.page(runbook)}",
            threshold=1,
            evaluation_periods=periods,
            comparison_operator=aws_cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=aws_cloudwatch.TreatMissingData.BREACHING,
        )

    def page(self, runbook: str) -> str:
        """The address of a page of ``docs/runbooks/``."""
        return f"{self._runbooks}/{runbook}.md"

    def _alarm(
        self, scope: Construct, name: str, metric: aws_cloudwatch.IMetric, **options: Any
    ) -> aws_cloudwatch.Alarm:
        alarm = aws_cloudwatch.Alarm(scope, name, metric=metric, **options)
        alarm.add_alarm_action(aws_cloudwatch_actions.SnsAction(self.topic))
        return alarm
