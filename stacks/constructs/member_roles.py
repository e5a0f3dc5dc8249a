"""The three roles of a member account, and the boundary of everything that they make."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration, aws_iam
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.fleetcharge_stack import BOUNDARY, FleetchargeStack, fleetcharge_stack
from stacks.constructs.isolation import GROUND, QUALIFIER, ROLES, Boundary, identity, isolation

BREAK_GLASS = "fleetcharge-break-glass"
"""The role of the management account that gets in when single sign-on does not."""

HUMAN_SESSION = Duration.hours(1)

PUBLISHING = ("file-publishing", "image-publishing", "lookup")
"""The roles of `cdk bootstrap` that deploy nothing by themselves."""

DEPLOYING = (
    "ContinueUpdateRollback",
    "CreateChangeSet",
    "DeleteChangeSet",
    "DeleteStack",
    "ExecuteChangeSet",
    "RollbackStack",
)
"""What `cdk deploy`, `rollback` and `destroy` ask of CloudFormation."""


class MemberRoles(Construct):
    """Administrator, developer and automation, assumed from the management account.

    Rules: people come with a second factor; whatever any of them makes carries the boundary; none
    of them changes these roles, the bootstrap's or the boundary. `deployed_by_developers` are the
    names of the stacks that a developer may deploy: those, and no other.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        management: str,
        regions: Sequence[str],
        deployed_by_developers: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, name)
        self._regions = regions
        self._management = management
        self._stack: FleetchargeStack = fleetcharge_stack(self)
        self._boundary = Boundary(self, "Boundary")
        CfnOutput(self._stack, "BoundaryName", value=BOUNDARY)
        self.administrator = self._administrator()
        self.developer = self._developer(deployed_by_developers)
        self.automation = self._automation()

    def _administrator(self) -> aws_iam.Role:
        # Not within the boundary, but bound by what isolates: see `isolation`.
        role = self._role("administrator", "Everything, for a person with a second factor")
        self._attach(role, "AdministratorAccess", "An administrator's right is everything.")
        for statement in isolation(self._stack):
            role.add_to_policy(statement)
        return role

    def _developer(self, deploys: Sequence[str]) -> aws_iam.Role:
        role = self._role("developer", "Looks at everything but data and secrets", self._boundary)
        because = "AWS keeps it up with new services; it reads names and states, no data."
        self._attach(role, "job-function/ViewOnlyAccess", because)
        self._attach(role, "CloudWatchReadOnlyAccess", "Logs and metrics of this account, to read.")
        role.add_to_policy(
            aws_iam.PolicyStatement(
                sid="GroundAndEvidenceStay",
                effect=aws_iam.Effect.DENY,
                actions=[
                    *GROUND,
                    "ec2:CreateVpc*",
                    "iam:Create*",
                    "iam:Delete*",
                    "logs:DeleteLogGroup",
                    "rds:Delete*",
                    "s3:DeleteBucket*",
                ],
                resources=["*"],
            )
        )
        if deploys:
            self._let_take(role, *PUBLISHING)
            self._let_deploy_only(role, deploys)
        return role

    def _automation(self) -> aws_iam.Role:
        role = self._role(
            "automation", "Publishes images, promotes them and deploys", self._boundary
        )
        self._let_take(role, "deploy", *PUBLISHING)
        return role

    def _let_take(self, role: aws_iam.Role, *kinds: str) -> None:
        """The roles that `cdk bootstrap` made in each region; what they may do is decided there."""
        bootstrap = [
            identity(self._stack, "role", self._bootstrapped(kind, region))
            for kind in kinds
            for region in self._regions
        ]
        role.add_to_policy(aws_iam.PolicyStatement(actions=["sts:AssumeRole"], resources=bootstrap))

    def _let_deploy_only(self, role: aws_iam.Role, stacks: Sequence[str]) -> None:
        """What the bootstrap's deploy role may do, on these stacks; it itself may on every one.

        The CDK goes on with the credentials that it has when it may not take the deploy role.
        """
        of_the_environment = self._stack_arn(f"{self._stack.environment_name}-*")
        because = "A stack's ARN ends with an id; a refusal leaves the stacks that are meant."
        looks = ["DescribeChangeSet", "DescribeStackEvents", "DescribeStacks", "GetTemplate"]
        allow(
            role,
            [f"cloudformation:{action}" for action in (*looks, *DEPLOYING)],
            of_the_environment,
            because,
        )
        role.add_to_policy(
            aws_iam.PolicyStatement(
                sid="NoOtherStack",
                effect=aws_iam.Effect.DENY,
                actions=[f"cloudformation:{action}" for action in DEPLOYING],
                not_resources=[self._stack_arn(stack) for stack in stacks],
            )
        )
        version = self._stack.format_arn(
            service="ssm",
            resource="parameter",
            resource_name=f"cdk-bootstrap/{QUALIFIER}/version",
        )
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["ssm:GetParameter", "ssm:GetParameters"], resources=[version]
            )
        )
        execution = self._bootstrapped("cfn-exec", self._stack.region)
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[identity(self._stack, "role", execution)],
                conditions={
                    "StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}
                },
            )
        )

    def _stack_arn(self, stack: str) -> str:
        return self._stack.format_arn(
            service="cloudformation", resource="stack", resource_name=f"{stack}/*"
        )

    def _bootstrapped(self, kind: str, region: str) -> str:
        return f"cdk-{QUALIFIER}-{kind}-role-{self._stack.account}-{region}"

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

    @staticmethod
    def _attach(role: aws_iam.Role, policy: str, because: str) -> None:
        role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
        finding = f"Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}"
        acknowledge(role, "IAM4", finding, because=because, owner=Owner.SECURITY)


def allow(
    role: aws_iam.Role,
    actions: list[str],
    resource: str,
    because: str,
    owner: Owner = Owner.SECURITY,
) -> None:
    """Grant actions on resources that a wildcard names, with the reason for it."""
    role.add_to_policy(aws_iam.PolicyStatement(actions=actions, resources=[resource]))
    acknowledge(role, "IAM5", f"Resource::{resource}", because=because, owner=owner)
