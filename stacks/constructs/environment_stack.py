"""The base of every stack of an environment."""

from typing import Any

from aws_cdk import RemovalPolicy, Stack
from constructs import Construct

from stacks.environments import Environment


class EnvironmentStack(Stack):
    """A stack of one environment.

    Rules: named ``{environment}-{stack}``; protected from deletion, and its data kept beyond it,
    where the environment is protected; every resource is tagged with both names.
    """

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, **options: Any
    ) -> None:
        super().__init__(scope, name, termination_protection=environment.protected, **options)
        self.settings = environment
        self.environment_name = scope.node.id
        self.data_removal = (
            # A first deployment that fails still takes its empty store with it.
            RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if environment.protected
            else RemovalPolicy.DESTROY
        )
        self.tags.set_tag("fleetcharge:environment", self.environment_name)
        self.tags.set_tag("fleetcharge:stack", name)


def environment_stack(scope: Construct) -> EnvironmentStack:
    """The stack that a construct stands in."""
    stack = Stack.of(scope)
    if not isinstance(stack, EnvironmentStack):
        raise TypeError(f"{scope.node.path} stands in no stack of an environment")
    return stack
