"""What all accounts together may cost."""

from aws_cdk import aws_budgets
from constructs import Construct

from stacks.environments import Fleet
from stacks.organization.organization_stack import OrganizationStack

NOTICES: tuple[tuple[str, int], ...] = (("ACTUAL", 80), ("FORECASTED", 100), ("ACTUAL", 100))
"""Percent of the budget that are spent, or will be by the end of the month, when people hear."""


class BudgetStack(OrganizationStack):
    """A budget over the whole bill, in the management account, which pays it.

    A notice stops nothing: it is for the day when somebody tries something in an account that has
    no budget of its own.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        told = aws_budgets.CfnBudget.SubscriberProperty(
            address=fleet.organization.on_call, subscription_type="EMAIL"
        )
        aws_budgets.CfnBudget(
            self,
            "Month",
            budget=aws_budgets.CfnBudget.BudgetDataProperty(
                budget_name="fleetcharge-organization",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=aws_budgets.CfnBudget.SpendProperty(
                    amount=fleet.organization.monthly_budget_usd, unit="USD"
                ),
            ),
            notifications_with_subscribers=[
                aws_budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=aws_budgets.CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[told],
                )
                for kind, percent in NOTICES
            ],
        )
