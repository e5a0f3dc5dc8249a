"""What the environment shows of itself: its dashboard, and alarms on the common stacks."""

from aws_cdk import Duration, aws_cloudwatch, aws_elasticloadbalancingv2, aws_kms
from constructs import Construct

from stacks.common.cluster import ClusterStack
from stacks.common.data import DataStack
from stacks.common.load_balancer import LoadBalancer
from stacks.common.queue import QueueStack
from stacks.constructs.alarms import Alarms
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.event_notices import EventNotices
from stacks.constructs.graph import graph
from stacks.environments import Environment

MINUTE = Duration.minutes(1)
CONNECTIONS_PER_UNIT = 150
"""Of Aurora's about 200 for each capacity unit of its maximum ("max_connections", Aurora guide)."""


class MonitoringStack(EnvironmentStack):
    """Reads metrics only: it can be deleted and deployed again at any time."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        alarms: Alarms,
        cluster: ClusterStack,
        data: DataStack,
        queue: QueueStack,
        key: aws_kms.IKey,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self._alarms = alarms
        self._dashboard = aws_cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=self.environment_name,
            default_interval=Duration.hours(12),
        )
        self._watch_load_balancer("Public", cluster.public)
        self._watch_load_balancer("Private", cluster.private)
        self._watch_database(data.database.identifier)
        self._watch_table(data)
        self._watch_queue(queue)
        self._watch_images(key)
        if cluster.certificate:
            alarms.on_ending(self, cluster.certificate, whose="The load balancers'")
        if cluster.stations:
            alarms.on_ending(
                self,
                cluster.stations.certificate,
                whose="The stations' entrance's",
                name="StationCertificateEnds",
            )

    def _watch_load_balancer(self, side: str, balancer: LoadBalancer) -> None:
        metrics = balancer.balancer.metrics
        errors = metrics.http_code_elb(
            aws_elasticloadbalancingv2.HttpCodeElb.ELB_5XX_COUNT, period=MINUTE
        )
        self._alarms.on(
            self,
            f"{side}Errors",
            errors,
            threshold=10,
            says=f"The {side.lower()} load balancer finds no task that answers.",
            runbook="load-balancer-errors",
        )
        self._row(
            graph(f"{side}: requests", metrics.request_count(period=MINUTE), errors),
            graph(
                f"{side}: sockets",
                metrics.active_connection_count(period=MINUTE),
                metrics.rejected_connection_count(period=MINUTE),
            ),
            graph(
                f"{side}: seconds to answer",
                metrics.target_response_time(period=MINUTE, statistic="p50"),
                metrics.target_response_time(period=MINUTE, statistic="p99"),
            ),
        )

    def _watch_database(self, cluster: str) -> None:
        def metric(name: str, statistic: str) -> aws_cloudwatch.Metric:
            return aws_cloudwatch.Metric(
                namespace="AWS/RDS",
                metric_name=name,
                dimensions_map={"DBClusterIdentifier": cluster},
                period=MINUTE,
                statistic=statistic,
            )

        capacity = metric("ACUUtilization", "Maximum")
        connections = metric("DatabaseConnections", "Maximum")
        self._alarms.on(
            self,
            "DatabaseCapacity",
            capacity,
            threshold=90,
            periods=10,
            says="The database is at its largest, and cannot grow with what is asked of it.",
            runbook="database-capacity",
        )
        self._alarms.on(
            self,
            "DatabaseConnections",
            connections,
            threshold=CONNECTIONS_PER_UNIT * self.settings.database.maximum_capacity,
            says="The database runs out of connections: programs will fail to open one.",
            runbook="database-connections",
        )
        self._row(
            graph("Database: percent of its largest", capacity),
            graph("Database: connections", connections),
            graph("Database: milliseconds to commit", metric("CommitLatency", "Average")),
        )

    def _watch_table(self, data: DataStack) -> None:
        used = {
            "Throttled": ("ReadThrottleEvents", "WriteThrottleEvents"),
            "Consumed": ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
        }
        metrics = {
            name: [data.table.metric(metric, period=MINUTE, statistic="Sum") for metric in metrics]
            for name, metrics in used.items()
        }
        for kind, throttled in zip(("Read", "Write"), metrics["Throttled"], strict=True):
            self._alarms.on(
                self,
                f"Table{kind}Throttles",
                throttled,
                threshold=1,
                says=f"The table turns {kind.lower()}s of telemetry away.",
                runbook="table-throttles",
            )
        self._row(*(graph(f"Table: {name.lower()}", *found) for name, found in metrics.items()))

    def _watch_queue(self, queue: QueueStack) -> None:
        for name, events in (
            ("Session events", queue.session_events),
            ("Solar surplus", queue.site_surplus),
        ):
            self._row(
                graph(
                    f"{name}: waiting, set aside",
                    *(
                        one.metric_approximate_number_of_messages_visible(period=MINUTE)
                        for one in (events.queue, events.dead_letters)
                    ),
                ),
                graph(
                    f"{name}: seconds that the oldest waits",
                    events.queue.metric_approximate_age_of_oldest_message(period=MINUTE),
                ),
            )

    def _watch_images(self, key: aws_kms.IKey) -> None:
        """Registries look at an image when it is pushed, and say so on the account's bus."""
        any_of_them = [{"numeric": [">", 0]}]
        EventNotices(self, "Images", key=key, alarms=self._alarms).of(
            "Vulnerable",
            source="aws.ecr",
            kind="ECR Image Scan",
            detail={
                "$or": [
                    {"finding-severity-counts": {grave: any_of_them}}
                    for grave in ("CRITICAL", "HIGH")
                ]
            },
            says=(
                "An image in {$.detail.repository-name} has known vulnerabilities:"
                " {$.detail.finding-severity-counts}, {$.detail.image-digest}."
            ),
            runbook="vulnerable-image",
        )

    def _row(self, *widgets: aws_cloudwatch.IWidget) -> None:
        self._dashboard.add_widgets(*widgets)
