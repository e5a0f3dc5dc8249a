"""Who may do what in the account."""

import json

from stacks import environments
from stacks.environments import Environment
from tests.stacks.access import roles
from tests.stacks.assembly import Assembly, Template


def test_people_and_automation_come_from_the_management_account(
    assembly: Assembly, environment: Environment
) -> None:
    management = environments.read().accounts.management
    for name, body in assembly["roles"].of_type("AWS::IAM::Role").items():
        trusted = body["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert all(f":{management}:root" in str(trust["Principal"]["AWS"]) for trust in trusted)
        needs_second_factor = not name.startswith("Automation")
        assert all(("Condition" in trust) is needs_second_factor for trust in trusted)


def test_developers_deploy_where_nothing_is_protected(
    assembly: Assembly, environment: Environment
) -> None:
    developer = roles(assembly["roles"], environment.account)["fleetcharge-developer"]
    charging = f"stack/{assembly.environment}-charging/0123"
    stack = f"arn:aws:cloudformation:{environment.region}:{environment.account}:{charging}"
    deploys = developer.may("cloudformation:ExecuteChangeSet", stack)
    assert deploys is not environment.protected


def test_the_boundary_stands_in_the_roles_stack(assembly: Assembly) -> None:
    (policy,) = assembly["roles"].of_type("AWS::IAM::ManagedPolicy").values()
    assert policy["Properties"]["ManagedPolicyName"] == "fleetcharge-boundary"


def test_the_roles_are_deployed_without_the_bootstrap_that_they_bind(assembly: Assembly) -> None:
    manifest = (assembly.folder / f"assembly-{assembly.environment}/manifest.json").read_text()
    stacks: dict[str, Template] = {
        artifact["properties"]["stackName"]: artifact["properties"]
        for artifact in json.loads(manifest)["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    for first in ("roles", "rights"):
        unbound = stacks.pop(f"{assembly.environment}-{first}")
        assert "assumeRoleArn" not in unbound
        assert "cloudFormationExecutionRoleArn" not in unbound
        written = json.dumps(assembly[first].template, indent=1)
        assert len(written) < 47_000  # sent as YAML, not by a bucket: 51,200 characters at most
    assert all("cloudFormationExecutionRoleArn" in stack for stack in stacks.values())
