"""An environment is as large as its load, as small as its hours, and told when it costs more."""

from collections.abc import Mapping

import pytest

from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Template

SERVICES = ("charging", "billing")


def test_who_is_on_call_hears_of_a_month_before_it_is_spent(
    assembly: Assembly, environment: Environment
) -> None:
    budget = assembly["budget"].only("AWS::Budgets::Budget")
    assert budget["Budget"]["BudgetLimit"] == {
        "Amount": environment.monthly_budget_usd,
        "Unit": "USD",
    }
    told = {
        (n["Notification"]["NotificationType"], n["Notification"]["Threshold"]): n["Subscribers"]
        for n in budget["NotificationsWithSubscribers"]
    }
    assert set(told) == {("ACTUAL", 80), ("FORECASTED", 100), ("ACTUAL", 100)}
    on_call = {"Address": environment.on_call, "SubscriptionType": "EMAIL"}
    assert all(subscribers == [on_call] for subscribers in told.values())


@pytest.mark.parametrize("service", [*SERVICES, "metrics", "grafana"])
def test_services_stop_out_of_hours_and_start_as_they_were(
    assembly: Assembly, environment: Environment, service: str
) -> None:
    if service not in assembly.stacks:
        assert not getattr(environment.supporting, service)
        return
    target = assembly[service].only("AWS::ApplicationAutoScaling::ScalableTarget")
    actions: Mapping[str, Template] = {
        action["ScheduledActionName"]: action for action in target.get("ScheduledActions", ())
    }
    hours = environment.hours
    assert set(actions) == ({"Morning", "Evening"} if hours else set())
    if hours is None:
        return
    assert actions["Evening"]["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}
    assert actions["Morning"]["ScalableTargetAction"] == {
        "MinCapacity": target["MinCapacity"],
        "MaxCapacity": target["MaxCapacity"],
    }
    for name, time in (("Morning", hours.start), ("Evening", hours.end)):
        hour, minute = (int(part) for part in time.split(":"))
        assert actions[name]["Schedule"] == f"cron({minute} {hour} ? * {hours.days} *)"
        assert actions[name]["Timezone"] == "Europe/Berlin"


def test_what_users_live_on_never_stops(assembly: Assembly, environment: Environment) -> None:
    if assembly.environment == "live":
        assert environment.hours is None


@pytest.mark.parametrize("service", ["metrics", "grafana"])
def test_what_is_stopped_on_purpose_raises_no_alarm(assembly: Assembly, service: str) -> None:
    if service not in assembly.stacks:
        return
    stack = assembly[service]
    (deployed,) = stack.of_type("AWS::ECS::Service").values()
    assert "DesiredCount" not in deployed["Properties"], "an update by night would start it"
    alarms = (body["Properties"] for body in stack.of_type("AWS::CloudWatch::Alarm").values())
    (stopped,) = (one for one in alarms if "does not run" in one["AlarmDescription"])
    (told,) = (one for one in stopped["Metrics"] if "Expression" in one)
    assert told["Expression"] == "wanted - running"
    assert (stopped["Threshold"], stopped["TreatMissingData"]) == (1, "notBreaching")


def followed(assembly: Assembly, service: str) -> dict[str, Template]:
    policies = assembly[service].of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
    configurations = (
        body["Properties"]["TargetTrackingScalingPolicyConfiguration"] for body in policies.values()
    )
    return {
        c.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType", "own"): c
        for c in configurations
    }


def test_charging_grows_with_its_processor(assembly: Assembly) -> None:
    (configuration,) = followed(assembly, "charging").values()
    assert configuration["TargetValue"] == 60
    assert configuration["ScaleOutCooldown"] < configuration["ScaleInCooldown"]


def test_billing_grows_with_the_messages_that_wait_for_each_task(assembly: Assembly) -> None:
    found = followed(assembly, "billing")
    assert set(found) == {"ECSServiceAverageCPUUtilization", "own"}
    queries = {
        query["Id"]: query for query in found["own"]["CustomizedMetricSpecification"]["Metrics"]
    }
    assert {
        query["MetricStat"]["Metric"]["MetricName"]
        for query in queries.values()
        if "MetricStat" in query
    } == {"ApproximateNumberOfMessagesVisible", "RunningTaskCount"}
    (result,) = (query for query in queries.values() if query.get("Expression"))
    assert result["Expression"] == "waiting / running"
