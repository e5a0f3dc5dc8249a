"""Who may work in an environment's account: people and automation, from the management account."""

from aws_cdk import LegacyStackSynthesizer, aws_iam
from constructs import Construct

from stacks.common.cluster import images
from stacks.constructs.acknowledgement import Owner
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.member_roles import MemberRoles, allow
from stacks.environments import Environment, Fleet

SERVICES = ("charging", "billing", "telemetry")
"""The stacks of programs: what developers deploy, where nothing is protected."""


class RolesStack(EnvironmentStack):
    """The first stack of an environment: nothing else in it can be deployed or looked at without.

    It is deployed from the management account, before the bootstrap and without it: what deploys
    everything else is bound by the boundary that stands here, and so cannot lock itself out.
    Programs' roles are no part of it: each stands beside its program.
    """

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, fleet: Fleet
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
            management=fleet.accounts.management,
            regions=fleet.regions(),
            deployed_by_developers=(
                []
                if environment.protected
                else [f"{self.environment_name}-{one}" for one in SERVICES]
            ),
        )
        self._let_publish(roles)

    def _let_publish(self, roles: MemberRoles) -> None:
        """Images of the programs that tasks run, and the digest of each, which promotes one."""
        role = roles.automation
        digests = [
            self.format_arn(
                service="ssm",
                resource="parameter",
                resource_name=f"fleetcharge/{self.environment_name}/{program}/image-digest",
            )
            for program in images(self.settings)
        ]
        registries = [
            self.format_arn(
                service="ecr", resource="repository", resource_name=f"fleetcharge/{program}"
            )
            for program in images(self.settings)
        ]
        for actions, resources in (
            (["ssm:PutParameter", "ssm:GetParameter"], digests),
            (
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
            ),
        ):
            role.add_to_policy(aws_iam.PolicyStatement(actions=actions, resources=resources))
        because = "ecr:GetAuthorizationToken takes no resource; images are granted one by one."
        allow(role, ["ecr:GetAuthorizationToken"], "*", because, Owner.PLATFORM)
