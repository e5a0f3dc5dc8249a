"""The three roles of a member account, as documents: what they deny, and who may take them."""

import json
from typing import Any

import pytest

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


@pytest.fixture
def boundary(organization: Assembly) -> dict[str, Template]:
    found = statements(organization, "AWS::IAM::ManagedPolicy", "Boundary")
    return {s.get("Sid", "Carries"): s for s in found}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def resources(statement: Template) -> str:
    return json.dumps(statement["Resource"])


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


def test_within_the_boundary_a_role_is_made_with_the_boundary_only(
    boundary: dict[str, Template],
) -> None:
    carries = boundary["Carries"]
    assert carries["Effect"] == "Deny"
    assert set(carries["Action"]) == {
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
    }
    assert carries["Resource"] == "*"
    condition = json.dumps(carries["Condition"]["StringNotEquals"]["iam:PermissionsBoundary"])
    assert ":policy/fleetcharge-boundary" in condition
    assert boundary["NobodyDropsIt"]["Action"] == "iam:DeleteRolePermissionsBoundary"
    assert boundary["NobodyDropsIt"]["Resource"] == "*"


def test_within_the_boundary_a_failed_deployment_can_take_its_roles_back(
    boundary: dict[str, Template],
) -> None:
    rollback = {"iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"}
    for sid, statement in boundary.items():
        if statement["Effect"] == "Deny" and rollback & set(listed(statement["Action"])):
            assert sid == "TheWayInStays"
            assert all("role/" in str(resource) for resource in statement["Resource"])


def test_within_the_boundary_the_way_in_stays(boundary: dict[str, Template]) -> None:
    entrance = resources(boundary["TheWayInStays"])
    for role in ("administrator", "developer", "automation"):
        assert f":role/fleetcharge-{role}" in entrance
    assert ":role/cdk-*" in entrance
    assert {"iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:DeleteRole"} <= set(
        boundary["TheWayInStays"]["Action"]
    )
    assert "iam:CreatePolicyVersion" in boundary["TheBoundaryStays"]["Action"]
    assert ":policy/fleetcharge-boundary" in resources(boundary["TheBoundaryStays"])
    assert "iam:CreateUser" in boundary["PeopleComeBySingleSignOn"]["Action"]
    assert "organizations:*" in boundary["NotTheOrganization"]["Action"]


def test_the_boundary_fits_a_managed_policy(organization: Assembly) -> None:
    document = json.dumps(organization["security-roles"].only("AWS::IAM::ManagedPolicy"))
    assert len(document.replace(" ", "")) < 6144


def test_the_administrator_gives_the_boundary_to_all_but_the_way_in(
    organization: Assembly,
) -> None:
    (guard,) = statements(organization, "AWS::IAM::Policy", "Administrator")
    assert guard["Effect"] == "Deny"
    assert "iam:CreateRole" in guard["Action"]
    assert ":role/fleetcharge-administrator" in json.dumps(guard["NotResource"])
    assert "StringNotEquals" in guard["Condition"]


def test_developers_cannot_delete_ground_evidence_or_identities(organization: Assembly) -> None:
    found = statements(organization, "AWS::IAM::Policy", "Developer")
    (denied,) = (s for s in found if s["Effect"] == "Deny")
    assert denied["Resource"] == "*"
    for action in (
        "iam:Create*",
        "iam:Delete*",
        "ec2:DeleteVpc*",
        "ec2:DeleteSubnet",
        "backup:Delete*",
        "kms:ScheduleKeyDeletion",
        "rds:Delete*",
        "s3:DeleteBucket*",
    ):
        assert action in denied["Action"]
    assert not [s for s in found if s["Effect"] == "Allow"]


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
