"""The three roles of a member account: that they are there, and who may take them."""

import json

from stacks.environments import Fleet
from tests.stacks.assembly import Assembly, Template

MEMBERS = ("security", "log", "networking", "backup")


def statements(organization: Assembly, type_: str, prefix: str) -> list[Template]:
    return [
        statement
        for id_, body in organization["security-roles"].of_type(type_).items()
        if id_.startswith(prefix)
        for statement in body["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_each_member_account_has_the_three_roles(organization: Assembly) -> None:
    for member in MEMBERS:
        roles = organization[f"{member}-roles"].of_type("AWS::IAM::Role").values()
        assert {role["Properties"]["RoleName"] for role in roles} == {
            "fleetcharge-administrator",
            "fleetcharge-developer",
            "fleetcharge-automation",
        }
        assert not organization[f"{member}-roles"].needs


def test_people_are_let_in_by_single_sign_on_or_a_second_factor(
    organization: Assembly, fleet: Fleet
) -> None:
    roles = organization["security-roles"].of_type("AWS::IAM::Role").values()
    for name in ("administrator", "developer"):
        (role,) = (r for r in roles if r["Properties"]["RoleName"] == f"fleetcharge-{name}")
        by_factor, by_name = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert by_factor["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        comers = json.dumps(by_name["Condition"]["ArnLike"]["aws:PrincipalArn"])
        assert f"AWSReservedSSO_fleetcharge-{name}_*" in comers
        assert ("fleetcharge-break-glass" in comers) is (name == "administrator")
        assert fleet.accounts.management in comers


def test_developer_and_automation_are_bound_and_the_administrator_is_not(
    organization: Assembly,
) -> None:
    roles = organization["security-roles"].of_type("AWS::IAM::Role").values()
    bound = {r["Properties"]["RoleName"] for r in roles if "PermissionsBoundary" in r["Properties"]}
    assert bound == {"fleetcharge-developer", "fleetcharge-automation"}


def test_the_refusals_fit_a_managed_and_an_inline_policy(organization: Assembly) -> None:
    stack = organization["security-roles"]
    for id_, body in stack.of_type("AWS::IAM::ManagedPolicy").items():
        managed = json.dumps(body["Properties"]["PolicyDocument"])
        assert len(managed.replace(" ", "")) < 6144, id_
    for id_, body in stack.of_type("AWS::IAM::Policy").items():
        inline = json.dumps(body["Properties"]["PolicyDocument"])
        assert len(inline.replace(" ", "")) < 10_240, id_


def test_automation_takes_the_bootstrap_s_roles_each_by_its_name(
    organization: Assembly, fleet: Fleet
) -> None:
    found = statements(organization, "AWS::IAM::Policy", "Automation")
    (taken,) = (s for s in found if s["Action"] == "sts:AssumeRole")
    account = fleet.accounts.security
    assert set(taken["Resource"]) == {
        f"arn:aws:iam::{account}:role/cdk-hnb659fds-{kind}-role-{account}-{region}"
        for kind in ("deploy", "file-publishing", "image-publishing", "lookup")
        for region in ("eu-central-1", "us-east-1", fleet.organization.backup_region)
    }
