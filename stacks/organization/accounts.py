"""The organisation's tree: its units and the accounts in them."""

from aws_cdk import CfnOutput, RemovalPolicy, aws_organizations
from constructs import Construct

from stacks.environments import Fleet
from stacks.organization.organization_stack import OrganizationStack, one_after_another

UNITS = {
    "Security": ("security", "log"),
    "Infrastructure": ("networking", "backup"),
    "Workloads": (),
    "Sandbox": (),
}
"""The units under the root, and the accounts of ``[accounts]`` in each."""


class AccountsStack(OrganizationStack):
    """Units and accounts, in the management account.

    An account, a unit and the organisation itself outlive the stack: to delete an account's
    resource would close the account. One that exists already is imported (``cdk import``).
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        self._email = fleet.organization.account_email
        root = fleet.organization.root or self._organization()
        tops = {unit: self._unit(unit, root) for unit in UNITS}
        workloads = tops["Workloads"].attr_id
        production = self._unit("Production", workloads)
        non_production = self._unit("NonProduction", workloads)
        units = {**tops, "Production": production, "NonProduction": non_production}
        self.units = {name: unit.attr_id for name, unit in units.items()}
        """Ids by name."""
        accounts = [
            *(self._account(a, tops[unit]) for unit in UNITS for a in UNITS[unit]),
            *(
                self._account(a, production if a == "live" else non_production)
                for a in fleet.named()
            ),
        ]
        one_after_another([*units.values(), *accounts])

    def _organization(self) -> str:
        organization = aws_organizations.CfnOrganization(self, "Organization", feature_set="ALL")
        organization.apply_removal_policy(RemovalPolicy.RETAIN)
        CfnOutput(self, "OrganizationId", value=organization.attr_id)
        CfnOutput(self, "RootId", value=organization.attr_root_id)
        return organization.attr_root_id

    def _unit(self, name: str, parent: str) -> aws_organizations.CfnOrganizationalUnit:
        unit = aws_organizations.CfnOrganizationalUnit(self, name, name=name, parent_id=parent)
        unit.apply_removal_policy(RemovalPolicy.RETAIN)
        return unit

    def _account(
        self, name: str, unit: aws_organizations.CfnOrganizationalUnit
    ) -> aws_organizations.CfnAccount:
        account = aws_organizations.CfnAccount(
            self,
            f"{name.capitalize()}Account",
            account_name=f"fleetcharge-{name}",
            email=self._email.format(account=name),
            parent_ids=[unit.attr_id],
        )
        account.apply_removal_policy(RemovalPolicy.RETAIN)
        CfnOutput(self, f"{name.capitalize()}AccountId", value=account.attr_account_id)
        return account
