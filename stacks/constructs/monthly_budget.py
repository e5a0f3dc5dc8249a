"""Budgets."""

from aws_cdk import aws_budgets
from constructs import Construct

NOTICES: tuple[tuple[str, int], ...] = (("ACTUAL", 80), ("FORECASTED", 100), ("ACTUAL", 100))
"""Percent of the budget that are spent, or will be by the end of the month, when people hear."""


class MonthlyBudget(Construct):
    """What an account, or all of them, may cost in a month. A notice stops nothing.

    Rules: people hear by e-mail before the month is spent. Not by the topic of alarms: Budgets
    would need the environment's key for that.
    """

    def __init__(
        self, scope: Construct, name: str, *, budget_name: str, us_dollars: int, told: str
    ) -> None:
        super().__init__(scope, name)
        budget = aws_budgets.CfnBudget
        who = budget.SubscriberProperty(address=told, subscription_type="EMAIL")
        aws_budgets.CfnBudget(
            self,
            "Budget",
            budget=budget.BudgetDataProperty(
                budget_name=budget_name,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budget.SpendProperty(amount=us_dollars, unit="USD"),
            ),
            notifications_with_subscribers=[
                budget.NotificationWithSubscribersProperty(
                    notification=budget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[who],
                )
                for kind, percent in NOTICES
            ],
        )
