"""Alarms of us-east-1, the only place where CloudFront and its firewall are measured."""

from aws_cdk import CfnOutput, Duration, aws_cloudfront, aws_cloudwatch, aws_kms
from aws_cdk import Environment as Place
from constructs import Construct

from stacks.common.edge import FIREWALL, EdgeStack
from stacks.common.firewall_log import FirewallLog
from stacks.constructs.alarm_topic import alarm_topic, let_alarms_use
from stacks.constructs.encrypted_log_group import let_logs_use
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import EDGE_REGION, Environment

FIVE_MINUTES = Duration.minutes(5)
FEW_REQUESTS = 100
FAILED_PERCENT = 5
BLOCKED_REQUESTS = 1000
"""In five minutes. Strangers who look for holes are blocked some hundred times a day."""


class EdgeMonitoringStack(EnvironmentStack):
    """A topic with a key of its own, as alarms call nobody in another region; a firewall log."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        edge: EdgeStack,
        distribution: aws_cloudfront.IDistribution,
        runbooks: str,
    ) -> None:
        super().__init__(
            scope,
            name,
            environment=environment,
            env=Place(account=environment.account, region=EDGE_REGION),
        )
        key = self._key()
        self._alarms = alarm_topic(self, key=key, on_call=environment.on_call, runbooks=runbooks)
        self._watch_distribution(distribution)
        self._watch_firewall()
        FirewallLog(self, "FirewallLog", firewall=edge.firewall, key=key)
        if edge.certificate:
            self._alarms.on_ending(self, edge.certificate, whose="CloudFront's")
        CfnOutput(self, "AlarmsTopicArn", value=self._alarms.topic.topic_arn)

    def _key(self) -> aws_kms.IKey:
        key = aws_kms.Key(
            self,
            "Key",
            description=f"Alarms and logs of {self.environment_name}'s edge",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        let_alarms_use(key)
        let_logs_use(key)
        return key

    def _watch_distribution(self, distribution: aws_cloudfront.IDistribution) -> None:
        def metric(name: str, statistic: str) -> aws_cloudwatch.Metric:
            return aws_cloudwatch.Metric(
                namespace="AWS/CloudFront",
                metric_name=name,
                dimensions_map={"DistributionId": distribution.distribution_id, "Region": "Global"},
                period=FIVE_MINUTES,
                statistic=statistic,
            )

        self._alarms.on(
            self,
            "DistributionErrors",
            aws_cloudwatch.MathExpression(
                expression=f"IF(requests >= {FEW_REQUESTS}, failed, 0)",
                label="Percent of answers that are errors 5xx",
                using_metrics={
                    "requests": metric("Requests", "Sum"),
                    "failed": metric("5xxErrorRate", "Average"),
                },
                period=FIVE_MINUTES,
            ),
            threshold=FAILED_PERCENT,
            says="The public name answers with errors.",
            runbook="distribution-errors",
        )

    def _watch_firewall(self) -> None:
        self._alarms.on(
            self,
            "RequestsBlocked",
            aws_cloudwatch.Metric(
                namespace="AWS/WAFV2",
                metric_name="BlockedRequests",
                # Of all its rules together. The firewall of a distribution has no region.
                dimensions_map={"WebACL": FIREWALL, "Rule": "ALL"},
                period=FIVE_MINUTES,
                statistic="Sum",
            ),
            threshold=BLOCKED_REQUESTS,
            periods=2,
            says="The firewall turns many away: attackers, or our own by mistake.",
            runbook="firewall-blocks",
        )
