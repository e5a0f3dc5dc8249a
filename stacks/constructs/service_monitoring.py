"""How a service is watched."""

from aws_cdk import (
    Duration,
    Stack,
    aws_cloudwatch,
    aws_ecs,
    aws_elasticloadbalancingv2,
    aws_logs,
)
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.graph import graph
from stacks.constructs.service_dashboard import ServiceDashboard

MINUTE = Duration.minutes(1)
SLOW_SECONDS = 2
"""The slowest answer in a hundred; people wait no longer without a sign."""

Targets = aws_elasticloadbalancingv2.ApplicationTargetGroup


class ServiceMonitoring(ServiceDashboard):
    """A service's alarms beside its dashboard.

    Rules: an alarm for errors, slow answers and unhealthy tasks at each entrance, for a processor
    or memory that autoscaling does not keep up with, and for errors in the log.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        service: str,
        alarms: Alarms,
        log: aws_logs.LogGroup,
    ) -> None:
        super().__init__(scope, name, service=service, logs=[log])
        self._alarms = alarms
        self._watch_log(log)
        self.show(self._traces())

    def watch_entrance(self, name: str, path: str, targets: Targets) -> list[aws_cloudwatch.Alarm]:
        """Watch one way in; returns the alarms that condemn a new version of the service."""
        metrics = targets.metrics
        errors = metrics.http_code_target(
            aws_elasticloadbalancingv2.HttpCodeTarget.TARGET_5XX_COUNT, period=MINUTE
        )
        slowest = metrics.target_response_time(period=MINUTE, statistic="p99")
        unhealthy = metrics.unhealthy_host_count(period=MINUTE, statistic="Maximum")
        self.show(
            graph(f"{name}: requests", metrics.request_count(period=MINUTE), errors),
            graph(
                f"{name}: seconds to answer",
                metrics.target_response_time(period=MINUTE, statistic="p50"),
                slowest,
            ),
            graph(
                f"{name}: tasks",
                metrics.healthy_host_count(period=MINUTE, statistic="Minimum"),
                unhealthy,
            ),
        )
        condemning = [
            self._alarms.on(
                self,
                f"{name}Unhealthy",
                unhealthy,
                threshold=1,
                says=f"A task of {self.service} fails its health check at {path}.",
                runbook="service-unhealthy",
            ),
            self._alarms.on(
                self,
                f"{name}Errors",
                errors,
                threshold=10,
                says=f"{self.service} answers requests below {path} with errors of its own.",
                runbook="service-errors",
            ),
        ]
        self._alarms.on(
            self,
            f"{name}Slow",
            slowest,
            threshold=SLOW_SECONDS,
            periods=5,
            says=f"{self.service} answers requests below {path} slowly.",
            runbook="service-slow",
        )
        return condemning

    def watch_tasks(self, service: aws_ecs.BaseService) -> None:
        """Watch what the tasks use of what they were given."""
        used = {
            "Processor": (service.metric_cpu_utilization(period=MINUTE), 90),
            "Memory": (service.metric_memory_utilization(period=MINUTE), 85),
        }
        for name, (metric, limit) in used.items():
            self._alarms.on(
                self,
                name,
                metric,
                threshold=limit,
                periods=10,
                says=f"{name} of {self.service} is nearly used up, and more tasks do not help.",
                runbook="service-overloaded",
            )
        self.show(graph("Percent used by the tasks", *(metric for metric, _ in used.values())))

    def _traces(self) -> aws_cloudwatch.TextWidget:
        region = Stack.of(self).region
        address = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        return aws_cloudwatch.TextWidget(
            markdown=(
                f"[Traces]({address}#xray:traces/query), one in so many: "
                f'`service("{self.service}")`; of one session: `annotation.session_id = "…"`'
            ),
            width=24,
            height=1,
        )

    def _watch_log(self, log: aws_logs.LogGroup) -> None:
        errors = aws_logs.MetricFilter(
            self,
            "ErrorLines",
            log_group=log,
            filter_pattern=aws_logs.FilterPattern.any(
                aws_logs.FilterPattern.string_value("$.level", "=", "ERROR"),
                aws_logs.FilterPattern.string_value("$.level", "=", "CRITICAL"),
            ),
            metric_namespace="Fleetcharge",
            metric_name=f"{self.service}ErrorLines",
            default_value=0,
        ).metric(period=Duration.minutes(5), statistic="Sum")
        self._alarms.on(
            self,
            "LoggedErrors",
            errors,
            threshold=10,
            periods=1,
            says=f"{self.service} writes errors into its log.",
            runbook="service-errors",
        )
