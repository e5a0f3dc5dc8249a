"""What an environment's services run on, how many tasks of them, and when."""

from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic import model_validator as checked

from stacks.environments.table import Table
from stacks.environments.values import TimeOfDay

WORKING_ZONE = "Europe/Berlin"

FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
}
"""The sizes in MiB that Fargate offers for a number of CPU units."""


class Instances(Table):
    """Machines of our own in the cluster, for the services that run on them."""

    type: Literal["m7g.large", "m7g.xlarge", "m7g.2xlarge"]
    """Graviton. A task takes a network interface: these have 3, 4 and 4, one of them their own."""
    maximum: Annotated[int, Field(ge=3, le=50)]
    """As many run as the tasks need, none without any."""


class Program(Table):
    """Size and number of a service's tasks, and what they run on."""

    cpu: Literal[256, 512, 1024, 2048, 4096]
    """Units; 1024 are one virtual CPU."""
    memory: Annotated[int, Field(ge=512, le=30720)]
    """MiB."""
    minimum_tasks: Annotated[int, Field(ge=1, le=100)]
    maximum_tasks: Annotated[int, Field(ge=1, le=100)]
    runs_on: Literal["fargate", "instances"] = "fargate"

    @checked(mode="after")
    def _fits(self) -> Self:
        allowed = FARGATE_MEMORY[self.cpu]
        if self.memory not in allowed:
            offered = ", ".join(map(str, allowed))
            raise ValueError(f"memory {self.memory} does not go with cpu {self.cpu}: {offered} do")
        if self.minimum_tasks > self.maximum_tasks:
            raise ValueError("minimum_tasks is above maximum_tasks")
        return self


class Hours(Table):
    """When an environment works, in `WORKING_ZONE`; at other times its services are stopped.

    So are those that look after them; what cannot be stopped is in docs/stacks.md.
    """

    days: Literal["MON-FRI", "MON-SAT", "SUN-SAT"]
    start: TimeOfDay
    end: TimeOfDay

    @checked(mode="after")
    def _is_a_day(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")
        return self
