"""What nobody in an account gets around, asked of the documents as AWS asks them."""

from collections.abc import Iterator, Mapping

import pytest

from stacks.environments import Fleet
from stacks.synthesis import Synthesis
from tests.stacks.access import Context, Role, roles
from tests.stacks.assembly import Assembly, Template

ACCOUNT = "100000000011"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/fleetcharge-boundary"
OURS = {"iam:PermissionsBoundary": BOUNDARY}
OTHER = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/wide"}
NONE: Context = {}
ENTRANCE = (
    "fleetcharge-administrator",
    "fleetcharge-developer",
    "fleetcharge-automation",
    "OrganizationAccountAccessRole",
    "cdk-hnb659fds-cfn-exec-role-100000000011-eu-central-1",
    "cdk-hnb659fds-deploy-role-100000000011-eu-central-1",
    "cdk-made-up",
    "stacksets-exec-0123456789abcdef",
)


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


@pytest.fixture(params=["before the guardrails", "within the guardrails"])
def members(
    request: pytest.FixtureRequest,
    organization: Assembly,
    fleet: Fleet,
    policies: Mapping[str, Template],
) -> dict[str, Role]:
    """The roles of the security account, and those that the bootstrap makes there."""
    assert fleet.accounts.security == ACCOUNT
    bound = [one["Content"] for one in policies.values() if one["Type"] == "SERVICE_CONTROL_POLICY"]
    guardrails = bound if request.param == "within the guardrails" else []
    found = roles(organization["security-roles"], ACCOUNT, guardrails)
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boundary = found["fleetcharge-developer"].boundary
    assert boundary
    for name in ("cdk-hnb659fds-cfn-exec-role-100000000011-eu-central-1", "program"):
        found[name] = Role(role(name), (everything,), boundary, tuple(guardrails))
    found["OrganizationAccountAccessRole"] = Role(
        role("OrganizationAccountAccessRole"), (everything,), None, tuple(guardrails)
    )
    return found


@pytest.fixture(params=["administrator", "deployment", "program"])
def maker(request: pytest.FixtureRequest, members: dict[str, Role]) -> Role:
    """Everyone who can make roles in a member account."""
    return {
        "administrator": members["fleetcharge-administrator"],
        "deployment": members["cdk-hnb659fds-cfn-exec-role-100000000011-eu-central-1"],
        "program": members["program"],
    }[request.param]


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
    ],
)
def test_a_role_is_made_and_given_rights_with_the_boundary_only(maker: Role, action: str) -> None:
    assert maker.may(action, role("made"), OURS)
    assert not maker.may(action, role("made"), OTHER)
    assert not maker.may(action, role("made"), NONE)


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateUser",
        "iam:PutUserPermissionsBoundary",
        "iam:AttachUserPolicy",
        "iam:PutUserPolicy",
    ],
)
def test_so_is_a_user(maker: Role, action: str) -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/made"
    assert not maker.may(action, user, OTHER)
    assert not maker.may(action, user, NONE)


@pytest.mark.parametrize("context", [OURS, OTHER, NONE])
def test_nobody_takes_a_boundary_away(maker: Role, context: Context) -> None:
    assert not maker.may("iam:DeleteRolePermissionsBoundary", role("made"), context)
    user = f"arn:aws:iam::{ACCOUNT}:user/made"
    assert not maker.may("iam:DeleteUserPermissionsBoundary", user, context)


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:DeletePolicyVersion",
        "iam:DeletePolicy",
    ],
)
def test_nobody_edits_the_boundary_and_everybody_another_policy(maker: Role, action: str) -> None:
    assert not maker.may(action, BOUNDARY)
    assert not maker.may(action, f"arn:aws:iam::{ACCOUNT}:policy/fleetcharge-deployment-1")
    assert maker.may(action, f"arn:aws:iam::{ACCOUNT}:policy/of-a-program")


@pytest.mark.parametrize(
    "action",
    [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
    ],
)
def test_nobody_changes_the_roles_of_isolation_or_makes_one_of_such_a_name(
    maker: Role, action: str
) -> None:
    for name in ENTRANCE:
        assert not maker.may(action, role(name), OURS), name


def test_who_comes_from_the_management_account_sets_them_up(members: dict[str, Role]) -> None:
    outside = members["OrganizationAccountAccessRole"]
    assert outside.may("iam:CreateRole", role("fleetcharge-administrator"), NONE)
    assert outside.may("iam:CreateRole", role("cdk-hnb659fds-deploy-role"), NONE)
    assert outside.may("iam:CreatePolicyVersion", BOUNDARY)


@pytest.mark.parametrize(
    "action", ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"]
)
def test_a_failed_deployment_takes_its_roles_back(maker: Role, action: str) -> None:
    assert maker.may(action, role("made"), OURS)


@pytest.fixture
def bound(members: dict[str, Role]) -> Iterator[Role]:
    return iter(
        [
            members["program"],
            members["cdk-hnb659fds-cfn-exec-role-100000000011-eu-central-1"],
            members["fleetcharge-automation"],
            members["fleetcharge-developer"],
        ]
    )


def test_no_other_way_in_is_made_within_the_boundary(bound: Iterator[Role]) -> None:
    for one in bound:
        for action in (
            "iam:CreateUser",
            "iam:CreateAccessKey",
            "iam:CreateLoginProfile",
            "iam:CreateSAMLProvider",
            "iam:CreateOpenIDConnectProvider",
            "iam:AddUserToGroup",
            "organizations:LeaveOrganization",
            "account:CloseAccount",
            "sso:CreateInstance",
        ):
            assert not one.may(action, "*", OURS), (one.arn, action)


@pytest.mark.parametrize(
    "action",
    ["ec2:DeleteVpc", "ec2:DeleteSubnet", "kms:ScheduleKeyDeletion", "backup:DeleteBackupVault"],
)
def test_ground_is_taken_away_by_deployments_only(members: dict[str, Role], action: str) -> None:
    deployment = members["cdk-hnb659fds-cfn-exec-role-100000000011-eu-central-1"]
    assert deployment.may(action)
    for name in ("program", "fleetcharge-automation", "fleetcharge-developer"):
        assert not members[name].may(action), name


def test_a_program_deploys_nothing(members: dict[str, Role]) -> None:
    deploy = role("cdk-hnb659fds-deploy-role-100000000011-eu-central-1")
    execution = role("cdk-hnb659fds-cfn-exec-role-100000000011-eu-central-1")
    assert members["fleetcharge-automation"].may("sts:AssumeRole", deploy)
    assert not members["fleetcharge-developer"].may("sts:AssumeRole", deploy)
    for one in ("program", execution.rpartition("/")[2]):
        assert not members[one].may("sts:AssumeRole", deploy)
        assert not members[one].may("iam:PassRole", execution)
        assert members[one].may("iam:PassRole", role("of-a-program"))


def test_a_developer_looks_at_everything_but_data_and_secrets(members: dict[str, Role]) -> None:
    developer = members["fleetcharge-developer"]
    for action in ("ec2:DescribeVpcs", "ecs:ListServices", "cloudwatch:GetMetricData"):
        assert developer.may(action), action
    for action in (
        "s3:GetObject",
        "dynamodb:GetItem",
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "iam:CreateRole",
        "iam:PassRole",
        "rds:DeleteDBCluster",
        "s3:DeleteBucket",
        "cloudformation:CreateChangeSet",
    ):
        assert not developer.may(action, "*", OURS), action


DEV = "100000000023"


@pytest.fixture
def developer(syntheses: dict[str, Synthesis]) -> Role:
    """Where nothing is protected."""
    dev = Assembly("dev", syntheses["dev"].assembly)
    return roles(dev["roles"], DEV)["fleetcharge-developer"]


def test_where_nothing_is_protected_a_developer_deploys_programs_and_nothing_else(
    developer: Role,
) -> None:
    def stack(name: str) -> str:
        return f"arn:aws:cloudformation:eu-central-1:{DEV}:stack/{name}/0123"

    for action in ("CreateChangeSet", "ExecuteChangeSet", "RollbackStack", "DeleteStack"):
        for program in ("charging", "billing", "telemetry"):
            assert developer.may(f"cloudformation:{action}", stack(f"dev-{program}"))
        for other in ("dev-roles", "dev-network", "dev-data", "dev-charging2", "CDKToolkit"):
            assert not developer.may(f"cloudformation:{action}", stack(other)), other
    assert developer.may("cloudformation:GetTemplate", stack("dev-network"))


def test_what_a_developer_deploys_is_done_by_the_bound_role_of_deployments(
    developer: Role,
) -> None:
    execution = f"arn:aws:iam::{DEV}:role/cdk-hnb659fds-cfn-exec-role-{DEV}-eu-central-1"
    to_cloudformation = {"iam:PassedToService": "cloudformation.amazonaws.com"}
    assert developer.may("iam:PassRole", execution, to_cloudformation)
    to_a_function = {"iam:PassedToService": "lambda.amazonaws.com"}
    assert not developer.may("iam:PassRole", execution, to_a_function)
    publishing = f"arn:aws:iam::{DEV}:role/cdk-hnb659fds-file-publishing-role-{DEV}-eu-central-1"
    assert developer.may("sts:AssumeRole", publishing)
    assert not developer.may("sts:AssumeRole", publishing.replace("file-publishing", "deploy"))
    for ground in ("ec2:DeleteVpc", "rds:DeleteDBCluster", "s3:DeleteBucket", "iam:DeleteRole"):
        assert not developer.may(ground), ground
