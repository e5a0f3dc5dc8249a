"""How the search domain is watched."""

from aws_cdk import Duration, aws_cloudwatch
from constructs import Construct

from stacks.constructs.alarms import AT_MOST, Alarms
from stacks.constructs.environment_stack import environment_stack
from stacks.constructs.graph import graph

MINUTE = Duration.minutes(1)
RUNBOOK = "search-domain"
LEAST_FREE = 0.2
"""Of a node's volume: below it OpenSearch takes nothing more."""


class SearchMonitoring(Construct):
    """Alarms on what makes the domain lose a copy, or take nothing more, and its dashboard."""

    def __init__(
        self, scope: Construct, name: str, *, domain_name: str, volume_gib: int, alarms: Alarms
    ) -> None:
        super().__init__(scope, name)
        stack = environment_stack(self)

        def metric(what: str, statistic: str = "Maximum") -> aws_cloudwatch.Metric:
            return aws_cloudwatch.Metric(
                namespace="AWS/ES",
                metric_name=what,
                dimensions_map={"DomainName": domain_name, "ClientId": stack.account},
                statistic=statistic,
                period=MINUTE,
            )

        red, blocked = metric("ClusterStatus.red"), metric("ClusterIndexWritesBlocked")
        free, memory = metric("FreeStorageSpace", "Minimum"), metric("JVMMemoryPressure")
        for label, watched, threshold, says in (
            ("Red", red, 1, "The search domain has lost all copies of some logs."),
            ("Blocked", blocked, 1, "The search domain takes no more logs."),
            ("Memory", memory, 95, "The search domain runs out of memory."),
        ):
            alarms.on(self, label, watched, threshold=threshold, says=says, runbook=RUNBOOK)
        alarms.on(
            self,
            "Full",
            free,
            threshold=LEAST_FREE * volume_gib * 1024,
            when=AT_MOST,
            says="A node of the search domain is nearly full, and will take no more logs.",
            runbook=RUNBOOK,
        )
        aws_cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"{stack.environment_name}-search",
            default_interval=Duration.hours(12),
            widgets=[
                [
                    graph("Red, blocked", red, blocked),
                    graph("MiB free on the fullest node", free),
                    graph("Percent of memory", memory),
                ],
                [
                    graph("Documents", metric("SearchableDocuments")),
                    graph("Processor", metric("CPUUtilization")),
                    graph("Searches a minute", metric("SearchRate", "Sum")),
                ],
            ],
        )
