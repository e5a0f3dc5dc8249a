"""Who may work in an environment's account: people and automation, from the management account."""

from aws_cdk import CfnOutput, Duration, aws_iam
from constructs import Construct

from stacks.constructs.acknowledgement import acknowledge
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment

HUMAN_SESSION = Duration.hours(1)


class RolesStack(EnvironmentStack):
    """The first stack of an environment: nothing else in it can be deployed or looked at without.

    Programs' roles are no part of it: each stands beside its program.
    """

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, management: str
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self._management = aws_iam.AccountPrincipal(management)
        self._administrator()
        self._developer(may_deploy=not environment.protected)
        self._automation()

    def _administrator(self) -> None:
        role = self._role("administrator", "Everything, for a person with a second factor", True)
        self._attach(role, "AdministratorAccess", "An administrator's right is everything.")

    def _developer(self, *, may_deploy: bool) -> None:
        role = self._role("developer", "Looks at everything but data and secrets", True)
        because = "AWS keeps it up with new services; it reads names and states, no data."
        self._attach(role, "job-function/ViewOnlyAccess", because)
        self._attach(role, "CloudWatchReadOnlyAccess", "Logs and metrics of this account, to read.")
        if may_deploy:
            self._let_deploy(role)

    def _automation(self) -> None:
        role = self._role("automation", "Publishes images, promotes them and deploys", False)
        self._let_deploy(role)
        parameters = self.format_arn(
            service="ssm",
            resource="parameter",
            resource_name=f"fleetcharge/{self.environment_name}/*/image-digest",
        )
        registries = self.format_arn(
            service="ecr", resource="repository", resource_name="fleetcharge/*"
        )
        self._let(
            role,
            ["ssm:PutParameter", "ssm:GetParameter"],
            parameters,
            "Services' digests, and nothing else: promoting an image writes one.",
        )
        self._let(
            role,
            [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            registries,
            "The registries of our own programs.",
        )
        self._let(role, ["ecr:GetAuthorizationToken"], "*", "This action takes no resource.")

    def _let_deploy(self, role: aws_iam.Role) -> None:
        # The roles that `cdk bootstrap` made; what they may do is decided there.
        bootstrap = f"arn:{self.partition}:iam::{self.account}:role/cdk-*"
        self._let(role, ["sts:AssumeRole"], bootstrap, "The bootstrap's roles, in each region.")

    def _role(self, name: str, purpose: str, for_people: bool) -> aws_iam.Role:
        with_second_factor = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        trusted: aws_iam.IPrincipal = self._management
        if for_people:
            trusted = self._management.with_conditions(with_second_factor)
        role = aws_iam.Role(
            self,
            name.capitalize(),
            role_name=f"fleetcharge-{name}",
            description=purpose,
            assumed_by=trusted,
            max_session_duration=HUMAN_SESSION,
        )
        CfnOutput(self, f"{name.capitalize()}RoleArn", value=role.role_arn)
        return role

    @staticmethod
    def _attach(role: aws_iam.Role, policy: str, because: str) -> None:
        role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
        finding = f"Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}"
        acknowledge(role, "IAM4", finding, because=because)

    @staticmethod
    def _let(role: aws_iam.Role, actions: list[str], resource: str, because: str) -> None:
        role.add_to_policy(aws_iam.PolicyStatement(actions=actions, resources=[resource]))
        acknowledge(role, "IAM5", f"Resource::{resource}", because=because)
