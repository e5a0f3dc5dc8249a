"""What all accounts together may cost."""

from stacks.environments import Fleet
from tests.stacks.assembly import Assembly


def test_people_on_call_hear_before_the_budget_is_spent(
    organization: Assembly, fleet: Fleet
) -> None:
    budget = organization["budget"].only("AWS::Budgets::Budget")
    limit = {"Amount": fleet.organization.monthly_budget_usd, "Unit": "USD"}
    assert budget["Budget"]["BudgetLimit"] == limit
    assert budget["Budget"]["TimeUnit"] == "MONTHLY"
    assert "CostFilters" not in budget["Budget"]
    notices = budget["NotificationsWithSubscribers"]
    assert {
        (n["Notification"]["NotificationType"], n["Notification"]["Threshold"]) for n in notices
    } == {("ACTUAL", 80), ("FORECASTED", 100), ("ACTUAL", 100)}
    told = {"Address": fleet.organization.on_call, "SubscriptionType": "EMAIL"}
    assert all(notice["Subscribers"] == [told] for notice in notices)
