"""What looks after an environment from beside it; each is off unless the file turns it on."""

from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic import model_validator as checked

from stacks.environments.table import Table


class Metrics(Table):
    """Prometheus, which reads what charging and billing count."""

    kept_days: Annotated[int, Field(ge=1, le=90)]
    """A new task starts with none of it: CloudWatch has what is to last."""
    volume_gib: Annotated[int, Field(ge=5, le=500)]


class Search(Table):
    """An OpenSearch domain that every log of the environment is brought to."""

    instances: Literal["t3.small.search", "m7g.medium.search", "m7g.large.search"]
    nodes: Literal[2, 3]
    """Each in a zone of its own; every document is on two of them."""
    volume_gib: Annotated[int, Field(ge=10, le=500)]
    """Of each node."""
    kept_days: Annotated[int, Field(ge=1, le=365)]
    """How long logs can be searched; CloudWatch keeps them for `log_retention_days`."""


class Supporting(Table):
    """Which of them there are."""

    search: Search | None = None
    metrics: Metrics | None = None
    grafana: bool = False
    """Dashboards for operators and administrators, below ``/grafana`` of the environment's name."""
    broker: bool = False
    """Amazon MQ, for systems of partners that speak AMQP."""

    def images(self) -> tuple[str, ...]:
        """The programs of others that it runs, each with a registry of ours."""
        wanted = {"prometheus": self.metrics is not None, "grafana": self.grafana}
        return tuple(name for name, runs in wanted.items() if runs)

    @checked(mode="after")
    def _dashboards_have_something_to_show(self) -> Self:
        if self.grafana and self.metrics is None:
            raise ValueError("grafana shows what metrics keeps: turn metrics on as well")
        return self
