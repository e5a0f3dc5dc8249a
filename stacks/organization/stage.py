"""The order in which the organisation is composed."""

from aws_cdk import Stage
from constructs import Construct

from stacks.environments import HOME_REGION, Fleet
from stacks.organization.accounts import AccountsStack
from stacks.organization.budget import BudgetStack
from stacks.organization.config import ConfigStack
from stacks.organization.dns import DnsSigningStack, DnsStack
from stacks.organization.findings import FindingsStack
from stacks.organization.guardrails import GuardrailsStack
from stacks.organization.log import LogStack
from stacks.organization.member_account import MemberAccountStack
from stacks.organization.outside_access import OutsideAccessStack
from stacks.organization.security import DelegationStack, SecurityStack
from stacks.organization.single_sign_on import SingleSignOnStack
from stacks.organization.trail import TrailStack
from stacks.organization.vault import VaultStack

MEMBERS = ("security", "log", "networking", "backup")


class OrganizationStage(Stage):
    """The accounts around the environments.

    As long as ``environments.toml`` knows no organisation, only the stack that makes one.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name)
        accounts = AccountsStack(self, "accounts", fleet=fleet)
        organization, root = fleet.organization.id, fleet.organization.root
        if organization is None or root is None:
            return
        GuardrailsStack(
            self,
            "guardrails",
            fleet=fleet,
            organization=organization,
            units=accounts.units,
        )
        roles = {member: MemberAccountStack(self, member, fleet=fleet) for member in MEMBERS}
        log = LogStack(self, "log", fleet=fleet, organization=organization)
        log.add_stack_dependency(roles["log"])
        TrailStack(self, "trail", fleet=fleet).add_stack_dependency(
            log, "the trail writes a test object when it is made"
        )
        ConfigStack(self, "config", fleet=fleet, root=root).add_stack_dependency(
            log, "each recorder writes a test object when it is made"
        )
        delegation = DelegationStack(self, "delegation", fleet=fleet)
        security = SecurityStack(self, "security", fleet=fleet, root=root)
        security.add_stack_dependency(roles["security"])
        security.add_stack_dependency(delegation, "only a delegated account decides for others")
        FindingsStack(self, "findings", fleet=fleet).add_stack_dependency(roles["security"])
        for region in fleet.regions():
            if region != HOME_REGION:
                OutsideAccessStack(
                    self, f"outside-access-{region}", fleet=fleet, region=region
                ).add_stack_dependency(roles["security"])
        dns = DnsStack(self, "dns", fleet=fleet)
        dns.add_stack_dependency(roles["networking"])
        DnsSigningStack(self, "dns-signing", fleet=fleet, zone=dns.zone).add_stack_dependency(
            dns, "a weak reference to another region orders nothing by itself"
        )
        BudgetStack(self, "budget", fleet=fleet)
        for name, region in (
            ("vault", HOME_REGION),
            ("vault-copy", fleet.organization.backup_region),
        ):
            VaultStack(
                self, name, fleet=fleet, organization=organization, region=region
            ).add_stack_dependency(roles["backup"])
        if fleet.organization.single_sign_on:
            SingleSignOnStack(
                self,
                "single-sign-on",
                fleet=fleet,
                organization=organization,
                sign_on=fleet.organization.single_sign_on,
            )
