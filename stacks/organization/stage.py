"""The order in which the organisation is composed."""

from aws_cdk import Stage
from constructs import Construct

from stacks.environments import Fleet
from stacks.organization.accounts import AccountsStack


class OrganizationStage(Stage):
    """The accounts around the environments.

    As long as ``environments.toml`` knows no organisation, only the stack that makes one.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name)
        AccountsStack(self, "accounts", fleet=fleet)
