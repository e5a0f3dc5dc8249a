"""The base of every stack of the organisation."""

from itertools import pairwise
from typing import Any

from aws_cdk import CfnResource
from aws_cdk import Environment as Place
from constructs import Construct

from stacks.constructs.fleetcharge_stack import FleetchargeStack
from stacks.environments import HOME_REGION


class OrganizationStack(FleetchargeStack):
    """A stack in one of the accounts around the environments: always protected."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        account: str,
        region: str = HOME_REGION,
        **options: Any,
    ) -> None:
        super().__init__(
            scope,
            name,
            protected=True,
            log_retention_days=365,
            env=Place(account=account, region=region),
            **options,
        )


def one_after_another(resources: list[CfnResource]) -> None:
    """AWS Organizations refuses a change while another is under way."""
    for first, then in pairwise(resources):
        then.add_resource_dependency(first)
