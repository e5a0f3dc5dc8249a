"""How a service shows itself."""

from collections.abc import Sequence

from aws_cdk import Duration, aws_cloudwatch, aws_logs
from constructs import Construct

from stacks.constructs.environment_stack import environment_stack

SHOWN = ("@timestamp", "message", "exception")
"""Of a line: what our programs call what they say, and the traceback of what failed."""
ONLY_ERRORS = 'level in ["ERROR", "CRITICAL"]'


class ServiceDashboard(Construct):
    """A service's dashboard ``{environment}-{service}`` and a saved query for its errors.

    Rules: the last errors of all its logs stand on the dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        service: str,
        logs: Sequence[aws_logs.ILogGroup],
        shown: Sequence[str] = SHOWN,
    ) -> None:
        """`shown`: the fields of a line that tell what failed."""
        super().__init__(scope, name)
        self.service = service
        self._dashboard = aws_cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"{environment_stack(self).environment_name}-{service}",
            default_interval=Duration.hours(3),
        )
        self._show_errors(logs, shown)

    def show(self, *widgets: aws_cloudwatch.IWidget) -> None:
        """Put what is the service's own on its dashboard, as a row."""
        self._dashboard.add_widgets(*widgets)

    def _show_errors(self, logs: Sequence[aws_logs.ILogGroup], shown: Sequence[str]) -> None:
        aws_logs.QueryDefinition(
            self,
            "Errors",
            query_definition_name=f"{environment_stack(self).environment_name}/{self.service}/errors",
            query_string=aws_logs.QueryString(
                fields=list(shown),
                filter_statements=[ONLY_ERRORS],
                sort="@timestamp desc",
                limit=200,
            ),
            log_groups=list(logs),
        )
        self.show(
            aws_cloudwatch.LogQueryWidget(
                title="Last errors",
                log_group_names=[log.log_group_name for log in logs],
                query_lines=[
                    f"fields {', '.join(shown)}",
                    f"filter {ONLY_ERRORS}",
                    "sort @timestamp desc",
                    "limit 20",
                ],
                width=24,
            )
        )
