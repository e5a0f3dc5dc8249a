"""The base of every stack of an environment."""

from typing import Any

from constructs import Construct

from stacks.constructs.fleetcharge_stack import FleetchargeStack
from stacks.environments import Environment


class EnvironmentStack(FleetchargeStack):
    """A stack of one environment, protected where the environment is."""

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, **options: Any
    ) -> None:
        super().__init__(
            scope,
            name,
            protected=environment.protected,
            log_retention_days=environment.log_retention_days,
            **options,
        )
        self.settings = environment


def environment_stack(scope: Construct) -> EnvironmentStack:
    """The stack that a construct stands in."""
    stack = EnvironmentStack.of(scope)
    if not isinstance(stack, EnvironmentStack):
        raise TypeError(f"{scope.node.path} stands in no stack of an environment")
    return stack
