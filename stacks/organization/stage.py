"""The order in which the organisation is composed."""

from aws_cdk import Stage
from constructs import Construct

from stacks.environments import Fleet
from stacks.organization.accounts import AccountsStack
from stacks.organization.guardrails import GuardrailsStack
from stacks.organization.log import LogStack
from stacks.organization.member_account import MemberAccountStack
from stacks.organization.single_sign_on import SingleSignOnStack
from stacks.organization.trail import TrailStack

MEMBERS = ("security", "log", "networking", "backup")


class OrganizationStage(Stage):
    """The accounts around the environments.

    As long as ``environments.toml`` knows no organisation, only the stack that makes one.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name)
        accounts = AccountsStack(self, "accounts", fleet=fleet)
        if fleet.organization.id is None:
            return
        GuardrailsStack(
            self,
            "guardrails",
            fleet=fleet,
            organization=fleet.organization.id,
            units=accounts.units,
        )
        roles = {member: MemberAccountStack(self, member, fleet=fleet) for member in MEMBERS}
        log = LogStack(self, "log", fleet=fleet, organization=fleet.organization.id)
        log.add_stack_dependency(roles["log"])
        TrailStack(self, "trail", fleet=fleet).add_stack_dependency(
            log, "the trail writes a test object when it is made"
        )
        if fleet.organization.single_sign_on:
            SingleSignOnStack(
                self,
                "single-sign-on",
                fleet=fleet,
                organization=fleet.organization.id,
                sign_on=fleet.organization.single_sign_on,
            )
