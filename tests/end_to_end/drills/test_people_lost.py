"""Everybody of the user pool is deleted, and invited again from the nightly export."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo.deployment import OPERATOR
from tests.end_to_end.conftest import Playground
from tests.end_to_end.drills.conftest import Figures
from tests.end_to_end.drills.runbook import Runbook

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]


def people(cognito: Any, pool: str) -> dict[str, set[str]]:
    """The groups of each person, by mail address."""
    found = {}
    for user in cognito.list_users(UserPoolId=pool)["Users"]:
        [mail] = [one["Value"] for one in user["Attributes"] if one["Name"] == "email"]
        groups = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=user["Username"])
        found[mail] = {group["GroupName"] for group in groups["Groups"]}
    return found


def test_people_are_invited_again_with_their_groups(
    playground: Playground,
    runbook: Callable[[str], Runbook],
    figures: Figures,
    tmp_path: Path,
) -> None:
    client = playground.deployment.client
    pool, cognito = playground.deployment.output("auth", "UserPoolId"), client("cognito-idp")
    resources = client("cloudformation").describe_stack_resources(StackName="playground-backup")
    [export] = [
        one["PhysicalResourceId"]
        for one in resources["StackResources"]
        if one["ResourceType"] == "AWS::Lambda::Function" and "Export" in one["LogicalResourceId"]
    ]
    answer = client("lambda").invoke(FunctionName=export, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    before = people(cognito, pool)
    assert before[OPERATOR]

    for user in cognito.list_users(UserPoolId=pool)["Users"]:
        cognito.admin_delete_user(UserPoolId=pool, Username=user["Username"])
    with figures.measure("people of the user pool deleted: invited again, in their groups"):
        runbook("restore-from-backup.md").run(
            "Restore from a backup", "The user pool", ENV="playground", folder=tmp_path
        )
    assert people(cognito, pool) == before
