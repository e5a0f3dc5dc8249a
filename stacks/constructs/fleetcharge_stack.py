"""The base of every stack."""

from typing import Any

from aws_cdk import PermissionsBoundary, RemovalPolicy, Stack
from constructs import Construct

BOUNDARY = "fleetcharge-boundary"
"""The name of the permission boundary in each member account."""


class FleetchargeStack(Stack):
    """A stack of one stage: of an environment, or of the organisation.

    Rules: named ``{stage}-{stack}``; if protected, it refuses to be deleted, and its data is kept
    beyond it; every resource is tagged with both names; its roles carry the member accounts'
    permission boundary, if `bounded`.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        protected: bool,
        log_retention_days: int,
        bounded: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(
            scope,
            name,
            termination_protection=protected,
            permissions_boundary=PermissionsBoundary.from_name(BOUNDARY) if bounded else None,
            **options,
        )
        self.environment_name = scope.node.id
        self.log_retention_days = log_retention_days
        self.data_removal = (
            # A first deployment that fails still takes its empty store with it.
            RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if protected else RemovalPolicy.DESTROY
        )
        self.tags.set_tag("fleetcharge:environment", self.environment_name)
        self.tags.set_tag("fleetcharge:stack", name)


def fleetcharge_stack(scope: Construct) -> FleetchargeStack:
    """The stack that a construct stands in."""
    stack = Stack.of(scope)
    if not isinstance(stack, FleetchargeStack):
        raise TypeError(f"{scope.node.path} stands in no stack of ours")
    return stack
