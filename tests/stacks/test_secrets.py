"""Passwords change by themselves; what cannot is told apart."""

import re

from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Template, values_of


def schedules(assembly: Assembly) -> dict[str, Template]:
    return {
        place: body["Properties"]
        for place, body in assembly.of_type("AWS::SecretsManager::RotationSchedule")
    }


def test_every_password_of_the_database_changes_each_month_by_night(assembly: Assembly) -> None:
    found = schedules(assembly)
    assert {place.partition("/")[0] for place in found} == {"operations", "charging", "billing"}
    for place, schedule in found.items():
        rules = schedule["RotationRules"]
        assert re.fullmatch(r"cron\(0 1 \d+ \* \? \*\)", rules["ScheduleExpression"]), place
        assert rules["Duration"] == "3h", place
        # A deployment is no time to change a password.
        assert schedule["RotateImmediatelyOnUpdate"] is False, place


def test_only_what_others_hold_the_other_half_of_is_changed_by_people(assembly: Assembly) -> None:
    secrets = {place for place, _ in assembly.of_type("AWS::SecretsManager::Secret")}
    names = (
        *("secrets/WebhookToken", "secrets/ChargingKeys", "secrets/OriginKeys"),
        "broker/Administrator",
    )
    by_people = {place for place in secrets if place.startswith(names)}
    assert len(secrets) - len(by_people) == len(schedules(assembly))


def test_services_and_administrator_never_change_at_once(assembly: Assembly) -> None:
    days = {
        place.partition("/")[0]: schedule["RotationRules"]["ScheduleExpression"].split()[2]
        for place, schedule in schedules(assembly).items()
    }
    assert days["operations"] != days["charging"] == days["billing"]


def test_secrets_manager_may_call_the_rotation_for_this_account_only(
    assembly: Assembly, environment: Environment
) -> None:
    (allowed,) = (
        body["Properties"]
        for body in assembly["operations"].of_type("AWS::Lambda::Permission").values()
    )
    assert allowed["Principal"] == "secretsmanager.amazonaws.com"
    assert allowed["SourceAccount"] == environment.account


def test_the_rotation_starts_our_services_again_and_no_others(assembly: Assembly) -> None:
    (resources,) = (
        statement["Resource"]
        for body in assembly["operations"].of_type("AWS::IAM::Policy").values()
        for statement in body["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "ecs:UpdateService"
    )
    assert {str(arn).rpartition(":")[2] for arn in resources} == {
        f"service/fleetcharge-{assembly.environment}/{service}"
        for service in ("charging", "billing")
    }


def test_only_operations_changes_secrets(assembly: Assembly) -> None:
    for place, body in assembly.of_type("AWS::IAM::Policy"):
        actions = str(list(values_of(body["Properties"], "Action")))
        if "secretsmanager:PutSecretValue" in actions:
            assert place.startswith("operations/Rotation"), place


def test_the_key_turns_and_serves_only_this_account(assembly: Assembly) -> None:
    key = assembly["secrets"].only("AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    assert "*" not in [p for p in values_of(key["KeyPolicy"], "AWS") if isinstance(p, str)]
