"""What deployments may do in an account, asked of the documents as AWS asks them."""

import pytest

from stacks.environments import Environment
from tests.stacks.access import Role, roles
from tests.stacks.assembly import Assembly, Stack


def deployment(stack: Stack, account: str, rights: Stack) -> Role:
    """What CloudFormation acts as, after ``cdk bootstrap`` as docs/organization.md has it."""
    policies = [
        body["Properties"]["PolicyDocument"]
        for body in rights.of_type("AWS::IAM::ManagedPolicy").values()
        if body["Properties"]["ManagedPolicyName"].startswith("fleetcharge-deployment-")
    ]
    return Role(
        arn=f"arn:aws:iam::{account}:role/cdk-hnb659fds-cfn-exec-role-{account}-eu-central-1",
        policies=tuple(policies),
        boundary=roles(stack, account)["fleetcharge-developer"].boundary,
    )


@pytest.fixture
def environment_s(assembly: Assembly, environment: Environment) -> Role:
    return deployment(assembly["roles"], environment.account, assembly["rights"])


@pytest.mark.parametrize(
    "action",
    [
        "ec2:CreateVpc",
        "ec2:DeleteVpc",
        "rds:CreateDBCluster",
        "ecs:UpdateService",
        "lambda:InvokeFunction",
        "ssm:GetParameters",
        "codedeploy:CreateDeployment",
    ],
)
def test_a_deployment_makes_changes_and_removes_what_stacks_have(
    environment_s: Role, action: str
) -> None:
    assert environment_s.may(action)


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "logs:GetLogEvents",
        "sqs:ReceiveMessage",
        "ecs:ExecuteCommand",
        "rds-data:ExecuteStatement",
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:AttachUserPolicy",
        "sts:AssumeRole",
        "organizations:LeaveOrganization",
        "ec2:CreateVpnConnection",
        "sagemaker:CreateNotebookInstance",
    ],
)
def test_it_reads_no_data_opens_no_way_in_and_uses_no_other_service(
    environment_s: Role, action: str
) -> None:
    assert not environment_s.may(action)


def test_of_objects_it_reads_what_it_brought_itself(
    environment_s: Role, environment: Environment
) -> None:
    assets = f"arn:aws:s3:::cdk-hnb659fds-assets-{environment.account}-eu-central-1"
    assert environment_s.may("s3:GetObject", f"{assets}/package.zip")
    assert not environment_s.may("s3:GetObject", "arn:aws:s3:::fleetcharge-live-documents/it.pdf")


def test_each_account_around_the_environments_has_rights_of_its_own(
    organization: Assembly,
) -> None:
    made = {
        "security": "securityhub:CreateConfigurationPolicy",
        "log": "athena:CreateWorkGroup",
        "networking": "route53:CreateHostedZone",
        "backup": "backup:CreateBackupVault",
    }
    for member in made:
        stack = organization[f"{member}-roles"]
        of_member = deployment(stack, stack.account, stack)
        for other, action in made.items():
            assert of_member.may(action) is (member == other), (member, action)
        assert not of_member.may("ec2:CreateVpc")
