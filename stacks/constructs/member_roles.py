"""The three roles of a member account, and the boundary of everything that they make."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Duration, aws_iam
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.fleetcharge_stack import BOUNDARY, FleetchargeStack, fleetcharge_stack

ROLES = {name: f"fleetcharge-{name}" for name in ("administrator", "developer", "automation")}
BREAK_GLASS = "fleetcharge-break-glass"
"""The role of the management account that gets in when single sign-on does not."""

HUMAN_SESSION = Duration.hours(1)

QUALIFIER = DefaultStackSynthesizer.DEFAULT_QUALIFIER
"""The part of their names that the roles of `cdk bootstrap` share."""

CHANGES_OF_ROLES = [
    "iam:AttachRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
]


class MemberRoles(Construct):
    """Administrator, developer and automation, assumed from the management account.

    Rules: people come with a second factor; whoever makes a role gives it the boundary; within the
    boundary nobody touches these roles, the boundary, users or the organisation.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        management: str,
        regions: Sequence[str],
        developers_deploy: bool,
    ) -> None:
        super().__init__(scope, name)
        self._regions = regions
        self._management = management
        self._stack: FleetchargeStack = fleetcharge_stack(self)
        self._boundary_arn = self._arn("policy", BOUNDARY)
        self._entrance = [self._arn("role", role) for role in (*ROLES.values(), "cdk-*")]
        boundary = self._boundary()
        self.administrator = self._administrator()
        self.developer = self._developer(boundary, may_deploy=developers_deploy)
        self.automation = self._automation(boundary)

    def _boundary(self) -> aws_iam.ManagedPolicy:
        boundary = aws_iam.ManagedPolicy(
            self,
            "Boundary",
            managed_policy_name=BOUNDARY,
            description="The most that anything made in this account may do",
            statements=[
                aws_iam.PolicyStatement(sid="Ceiling", actions=["*"], resources=["*"]),
                self._carries_the_boundary(
                    [
                        "iam:AttachRolePolicy",
                        "iam:CreateRole",
                        "iam:PutRolePermissionsBoundary",
                        "iam:PutRolePolicy",
                    ]
                ),
                _deny("NobodyDropsIt", ["iam:DeleteRolePermissionsBoundary"]),
                _deny(
                    "TheBoundaryStays",
                    [
                        "iam:CreatePolicyVersion",
                        "iam:DeletePolicy",
                        "iam:DeletePolicyVersion",
                        "iam:SetDefaultPolicyVersion",
                    ],
                    [self._boundary_arn],
                ),
                _deny("TheWayInStays", CHANGES_OF_ROLES, self._entrance),
                _deny(
                    "PeopleComeBySingleSignOn",
                    [
                        "iam:CreateAccessKey",
                        "iam:CreateLoginProfile",
                        "iam:CreateOpenIDConnectProvider",
                        "iam:CreateSAMLProvider",
                        "iam:CreateUser",
                    ],
                ),
                _deny("NotTheOrganization", ["account:*", "organizations:*", "sso:*"]),
            ],
        )
        because = "A boundary allows nothing by itself: it is the ceiling of what others allow."
        acknowledge(
            boundary, "IAM5", "Action::*", "Resource::*", because=because, owner=Owner.SECURITY
        )
        return boundary

    def _administrator(self) -> aws_iam.Role:
        role = self._role("administrator", "Everything, for a person with a second factor")
        self._attach(role, "AdministratorAccess", "An administrator's right is everything.")
        # Not bound itself: it sets up these roles, and gets an account out of a deadlock.
        role.add_to_policy(
            self._carries_the_boundary(
                ["iam:CreateRole", "iam:DeleteRolePermissionsBoundary"], but=self._entrance
            )
        )
        return role

    def _developer(self, boundary: aws_iam.IManagedPolicy, *, may_deploy: bool) -> aws_iam.Role:
        role = self._role("developer", "Looks at everything but data and secrets", boundary)
        because = "AWS keeps it up with new services; it reads names and states, no data."
        self._attach(role, "job-function/ViewOnlyAccess", because)
        self._attach(role, "CloudWatchReadOnlyAccess", "Logs and metrics of this account, to read.")
        role.add_to_policy(
            _deny(
                "GroundAndEvidenceStay",
                [
                    "backup:Delete*",
                    "ec2:CreateVpc*",
                    "ec2:DeleteInternetGateway",
                    "ec2:DeleteNatGateway",
                    "ec2:DeleteNetworkAcl*",
                    "ec2:DeleteRoute*",
                    "ec2:DeleteSubnet",
                    "ec2:DeleteVpc*",
                    "iam:Create*",
                    "iam:Delete*",
                    "kms:DisableKey",
                    "kms:ScheduleKeyDeletion",
                    "logs:DeleteLogGroup",
                    "rds:Delete*",
                    "s3:DeleteBucket*",
                ],
            )
        )
        if may_deploy:
            self._let_deploy(role)
        return role

    def _automation(self, boundary: aws_iam.IManagedPolicy) -> aws_iam.Role:
        role = self._role("automation", "Publishes images, promotes them and deploys", boundary)
        self._let_deploy(role)
        return role

    def _let_deploy(self, role: aws_iam.Role) -> None:
        # The roles that `cdk bootstrap` made in each region; what they may do is decided there.
        bootstrap = [
            self._arn("role", f"cdk-{QUALIFIER}-{kind}-role-{self._stack.account}-{region}")
            for kind in ("deploy", "file-publishing", "image-publishing", "lookup")
            for region in self._regions
        ]
        role.add_to_policy(aws_iam.PolicyStatement(actions=["sts:AssumeRole"], resources=bootstrap))

    def _role(
        self, name: str, purpose: str, boundary: aws_iam.IManagedPolicy | None = None
    ) -> aws_iam.Role:
        role = aws_iam.Role(
            self,
            name.capitalize(),
            role_name=ROLES[name],
            description=purpose,
            assumed_by=self._whoever_is(name),
            permissions_boundary=boundary,
            max_session_duration=HUMAN_SESSION,
        )
        CfnOutput(self._stack, f"{name.capitalize()}RoleArn", value=role.role_arn)
        return role

    def _whoever_is(self, name: str) -> aws_iam.PrincipalBase:
        """Automation comes as it is; people by single sign-on, or in a session that is proven.

        Single sign-on asks for the second factor itself, and does not say so in the session.
        """
        management = aws_iam.AccountPrincipal(self._management)
        if name == "automation":
            return management
        comers = [f"aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_{ROLES[name]}_*"]
        if name == "administrator":
            comers.append(BREAK_GLASS)
        of_management = f"arn:{self._stack.partition}:iam::{self._management}:role"
        proven = {"aws:PrincipalArn": [f"{of_management}/{comer}" for comer in comers]}
        return aws_iam.CompositePrincipal(
            management.with_conditions({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            management.with_conditions({"ArnLike": proven}),
        )

    def _carries_the_boundary(
        self, actions: list[str], but: list[str] | None = None
    ) -> aws_iam.PolicyStatement:
        return aws_iam.PolicyStatement(
            effect=aws_iam.Effect.DENY,
            actions=actions,
            conditions={"StringNotEquals": {"iam:PermissionsBoundary": self._boundary_arn}},
            not_resources=but,
            resources=None if but else ["*"],
        )

    def _arn(self, kind: str, name: str) -> str:
        return f"arn:{self._stack.partition}:iam::{self._stack.account}:{kind}/{name}"

    @staticmethod
    def _attach(role: aws_iam.Role, policy: str, because: str) -> None:
        role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
        finding = f"Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}"
        acknowledge(role, "IAM4", finding, because=because, owner=Owner.SECURITY)


def allow(role: aws_iam.Role, actions: list[str], resource: str, because: str) -> None:
    """Grant actions on resources that a wildcard names, with the reason for it."""
    role.add_to_policy(aws_iam.PolicyStatement(actions=actions, resources=[resource]))
    acknowledge(role, "IAM5", f"Resource::{resource}", because=because, owner=Owner.SECURITY)


def _deny(
    sid: str, actions: list[str], resources: list[str] | None = None
) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(
        sid=sid, effect=aws_iam.Effect.DENY, actions=actions, resources=resources or ["*"]
    )
