"""The roles of isolation, and the boundary of everything that is made in a member account.

The refusals bind an account's administrator as well as whatever deploys and whatever is deployed:
only who comes from the management account, as `MEMBER_ADMINISTRATOR`, sets them up or mends them.
"""

from aws_cdk import DefaultStackSynthesizer, Stack, aws_iam
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.fleetcharge_stack import BOUNDARY, fleetcharge_stack

ROLES = {name: f"fleetcharge-{name}" for name in ("administrator", "developer", "automation")}

MEMBER_ADMINISTRATOR = "OrganizationAccountAccessRole"
"""AWS Organizations makes it in every account that it creates; it deploys `roles`, bootstraps."""

STACK_SETS = "stacksets-exec-*"
"""What the management account's stack sets act as; AWS makes it in every account."""

ENTRANCE = (*ROLES.values(), MEMBER_ADMINISTRATOR, "cdk-*", STACK_SETS)
"""Names of the roles that are in no boundary, or that guardrails spare: made from outside only."""

QUALIFIER = DefaultStackSynthesizer.DEFAULT_QUALIFIER
"""The part of their names that the roles of `cdk bootstrap` share."""

DEPLOYMENT = f"cdk-{QUALIFIER}-cfn-exec-role-*"
"""What CloudFormation acts as."""

DEPLOYMENT_RIGHTS = "fleetcharge-deployment-*"
"""The policies that say what it may do."""

GROUND = (
    "backup:Delete*",
    "ec2:DeleteInternetGateway",
    "ec2:DeleteNatGateway",
    "ec2:DeleteNetworkAcl*",
    "ec2:DeleteRoute*",
    "ec2:DeleteSubnet",
    "ec2:DeleteVpc*",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
)
"""What all else stands on: taken away by deployments of its own stack only."""

CHANGES_OF_THE_ORGANIZATION = tuple(
    f"organizations:{verb}*"
    for verb in (
        *("Accept", "Attach", "Cancel", "Close", "Create", "Decline", "Delete", "Deregister"),
        *("Detach", "Disable", "Enable", "Invite", "Leave", "Move", "Put", "Register", "Remove"),
        *("Tag", "Terminate", "Untag", "Update"),
    )
)
"""All but looking, which analyzers, aggregators and Security Hub do in the name of who makes them.
"""


class Boundary(aws_iam.ManagedPolicy):
    """The policy that every role and user made in the account carries.

    Rules: who is within it gives it to whatever they make, and takes it from nobody; changes
    neither it nor the roles of isolation nor what deployments may do; makes no users, keys or other
    ways in; takes away no ground and deploys nothing, but as what is there for it.
    """

    def __init__(self, scope: Construct, name: str) -> None:
        stack = fleetcharge_stack(scope)
        super().__init__(
            scope,
            name,
            managed_policy_name=BOUNDARY,
            description="The most that anything made in this account may do",
            statements=[
                aws_iam.PolicyStatement(sid="Ceiling", actions=["*"], resources=["*"]),
                *isolation(stack),
                *_ceiling(stack),
            ],
        )
        because = "A boundary allows nothing by itself: it is the ceiling of what others allow."
        acknowledge(self, "IAM5", "Action::*", "Resource::*", because=because, owner=Owner.SECURITY)


def isolation(stack: Stack) -> list[aws_iam.PolicyStatement]:
    """Refusals for everybody who can make roles: of the boundary, and of the administrator."""
    boundary = identity(stack, "policy", BOUNDARY)
    return [
        _deny(
            "WhatIsMadeIsBound",
            [
                "iam:AttachRolePolicy",
                "iam:AttachUserPolicy",
                "iam:CreateRole",
                "iam:CreateUser",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
                "iam:PutUserPermissionsBoundary",
                "iam:PutUserPolicy",
            ],
            conditions={"StringNotEquals": {"iam:PermissionsBoundary": boundary}},
        ),
        _deny(
            "NobodyDropsIt",
            ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
        ),
        _deny(
            "TheBoundaryStays",
            [
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:SetDefaultPolicyVersion",
            ],
            [boundary, identity(stack, "policy", DEPLOYMENT_RIGHTS)],
        ),
        _deny(
            "TheWayInStays",
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
            [identity(stack, "role", role) for role in ENTRANCE],
        ),
    ]


def _ceiling(stack: Stack) -> list[aws_iam.PolicyStatement]:
    deployers = [identity(stack, "role", ROLES[name]) for name in ("automation", "developer")]
    deployment = identity(stack, "role", DEPLOYMENT)
    return [
        _deny(
            "PeopleComeBySingleSignOn",
            [
                "iam:AddUserToGroup",
                "iam:AttachGroupPolicy",
                "iam:CreateAccessKey",
                "iam:CreateLoginProfile",
                "iam:CreateOpenIDConnectProvider",
                "iam:CreateSAMLProvider",
                "iam:CreateUser",
                "iam:PutGroupPolicy",
            ],
        ),
        _deny("NotTheOrganization", ["account:*", *CHANGES_OF_THE_ORGANIZATION, "sso:*"]),
        _deny(
            "GroundStays",
            list(GROUND),
            conditions={"ArnNotLike": {"aws:PrincipalArn": deployment}},
        ),
        # A template could otherwise hold a program that deploys what its author may not.
        _deny(
            "ProgramsDeployNothing",
            ["iam:PassRole", "sts:AssumeRole"],
            [identity(stack, "role", "cdk-*")],
            conditions={"ArnNotLike": {"aws:PrincipalArn": deployers}},
        ),
    ]


def identity(stack: Stack, kind: str, name: str) -> str:
    """The ARN of a role or policy in the stack's account, by its name."""
    return f"arn:{stack.partition}:iam::{stack.account}:{kind}/{name}"


def _deny(
    sid: str,
    actions: list[str],
    resources: list[str] | None = None,
    conditions: dict[str, object] | None = None,
) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(
        sid=sid,
        effect=aws_iam.Effect.DENY,
        actions=actions,
        resources=resources or ["*"],
        conditions=conditions,
    )
