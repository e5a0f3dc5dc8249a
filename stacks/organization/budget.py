"""What all accounts together may cost."""

from constructs import Construct

from stacks.constructs.monthly_budget import MonthlyBudget
from stacks.environments import Fleet
from stacks.organization.organization_stack import OrganizationStack


class BudgetStack(OrganizationStack):
    """A budget over the whole bill, in the management account, which pays it.

    It is for the day when somebody tries something in an account that has no budget of its own.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        MonthlyBudget(
            self,
            "Month",
            budget_name="fleetcharge-organization",
            us_dollars=fleet.organization.monthly_budget_usd,
            told=fleet.organization.on_call,
        )
