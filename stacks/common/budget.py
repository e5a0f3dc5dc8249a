"""What an environment may cost."""

from constructs import Construct

from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.monthly_budget import MonthlyBudget
from stacks.environments import Environment


class BudgetStack(EnvironmentStack):
    """A budget for the environment's account: who is on call hears before a month is spent."""

    def __init__(self, scope: Construct, name: str, *, environment: Environment) -> None:
        super().__init__(scope, name, environment=environment)
        MonthlyBudget(
            self,
            "Month",
            budget_name=f"fleetcharge-{self.environment_name}",
            us_dollars=environment.monthly_budget_usd,
            told=environment.on_call,
        )
