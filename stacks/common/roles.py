"""Who may work in an environment's account: people and automation, from the management account."""

from aws_cdk import LegacyStackSynthesizer
from constructs import Construct

from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.member_roles import MemberRoles, allow
from stacks.environments import Environment


class RolesStack(EnvironmentStack):
    """The first stack of an environment: nothing else in it can be deployed or looked at without.

    It is deployed with an administrator's own credentials, before the bootstrap and without it:
    what deploys everything else is bound by the boundary that stands here, and so cannot lock
    itself out. Programs' roles are no part of it: each stands beside its program.
    """

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, management: str
    ) -> None:
        super().__init__(
            scope,
            name,
            environment=environment,
            bounded=False,
            synthesizer=LegacyStackSynthesizer(),
        )
        # "Default" adds nothing to the logical ids.
        roles = MemberRoles(
            self,
            "Default",
            management=management,
            developers_deploy=not environment.protected,
        )
        self._let_publish(roles)

    def _let_publish(self, roles: MemberRoles) -> None:
        role = roles.automation
        parameters = self.format_arn(
            service="ssm",
            resource="parameter",
            resource_name=f"fleetcharge/{self.environment_name}/*/image-digest",
        )
        registries = self.format_arn(
            service="ecr", resource="repository", resource_name="fleetcharge/*"
        )
        allow(
            role,
            ["ssm:PutParameter", "ssm:GetParameter"],
            parameters,
            "Services' digests, and nothing else: promoting an image writes one.",
        )
        allow(
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
        allow(role, ["ecr:GetAuthorizationToken"], "*", "This action takes no resource.")
