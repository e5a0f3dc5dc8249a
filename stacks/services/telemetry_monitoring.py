"""What telemetry shows of itself; alarms on what its operators and its devices' owners feel."""

from collections.abc import Mapping

from aws_cdk import Duration, aws_appsync, aws_cloudwatch, aws_logs
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.graph import graph
from stacks.constructs.metric_math import FIVE_MINUTES, percent_lost
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.service_dashboard import SHOWN, ServiceDashboard

MINUTE = Duration.minutes(1)
RAISED = (*SHOWN, "errorType", "errorMessage")
"""Of a function's line also what Lambda calls an exception that nobody caught."""
SLOW_MILLISECONDS = 2000
"""The slowest answer in a hundred, as of every service."""
FEW_DEVICES = 20
"""With fewer, those of one customer would be a third of all."""
COUNTED = 5
"""Statuses of a device in five minutes."""
SILENT_PERCENT = 30
"""Of the statuses that came in the five minutes before."""


class TelemetryMonitoring(Construct):
    """Telemetry has no entrance at a load balancer and no tasks: AWS counts what its parts do.

    Its functions' own alarms on errors and throttles come with them.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        alarms: Alarms,
        functions: Mapping[str, PythonFunction],
        api: aws_appsync.GraphqlApi,
        device_logs: aws_logs.ILogGroup,
    ) -> None:
        """`functions` by what they are called on the dashboard."""
        super().__init__(scope, name)
        self._alarms = alarms
        self._dashboard = ServiceDashboard(
            self,
            "Service",
            service="telemetry",
            logs=[function.log for function in functions.values()],
            shown=RAISED,
        )
        self._watch_devices(device_logs)
        self._watch_queries(api.api_id)
        for label, function in functions.items():
            self._show_function(label, function)

    def _watch_devices(self, logs: aws_logs.ILogGroup) -> None:
        """A status is a line in the log of its device: CloudWatch counts them for nothing."""

        def statuses(period: Duration) -> aws_cloudwatch.Metric:
            return aws_cloudwatch.Metric(
                namespace="AWS/Logs",
                metric_name="IncomingLogEvents",
                dimensions_map={"LogGroupName": logs.log_group_name},
                period=period,
                statistic="Sum",
            )

        self._dashboard.show(graph("Statuses of devices a minute", statuses(MINUTE)))
        self._alarms.on(
            self,
            "DevicesSilent",
            percent_lost(
                "Statuses that do not come any more",
                statuses(FIVE_MINUTES),
                at_least=FEW_DEVICES * COUNTED,
            ),
            threshold=SILENT_PERCENT,
            periods=1,
            says="Many devices fell silent at once.",
            runbook="devices-silent",
        )

    def _watch_queries(self, api: str) -> None:
        def metric(name: str, statistic: str) -> aws_cloudwatch.Metric:
            return aws_cloudwatch.Metric(
                namespace="AWS/AppSync",
                metric_name=name,
                dimensions_map={"GraphQLAPIId": api},
                period=MINUTE,
                statistic=statistic,
            )

        errors, slowest = metric("5XXError", "Sum"), metric("Latency", "p99")
        self._dashboard.show(
            graph("Queries", metric("Latency", "SampleCount"), metric("4XXError", "Sum"), errors),
            graph("Milliseconds to answer a query", metric("Latency", "p50"), slowest),
        )
        self._alarms.on(
            self,
            "QueryErrors",
            errors,
            threshold=1,
            says="The GraphQL API answers operators with errors of its own.",
            runbook="queries-fail",
        )
        self._alarms.on(
            self,
            "QueriesSlow",
            slowest,
            threshold=SLOW_MILLISECONDS,
            periods=5,
            says="The GraphQL API answers operators slowly.",
            runbook="queries-fail",
        )

    def _show_function(self, label: str, one: PythonFunction) -> None:
        function = one.function
        self._dashboard.show(
            graph(
                f"{label}: calls",
                function.metric_invocations(period=MINUTE),
                function.metric_errors(period=MINUTE),
                function.metric_throttles(period=MINUTE),
            ),
            graph(
                f"{label}: milliseconds",
                function.metric_duration(period=MINUTE, statistic="p50"),
                function.metric_duration(period=MINUTE, statistic="p99"),
            ),
            graph(
                f"{label}: at once",
                function.metric("ConcurrentExecutions", period=MINUTE, statistic="Maximum"),
            ),
        )
