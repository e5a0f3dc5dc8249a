"""What deployments may do in an environment's account."""

from aws_cdk import LegacyStackSynthesizer
from constructs import Construct

from stacks.constructs.deployment_rights import DeploymentRights
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment


class RightsStack(EnvironmentStack):
    """Deployed beside the roles, before the bootstrap and without it: that gives them to its role.

    Apart from the roles, for a template that no bucket carries has room for one of them only.
    """

    def __init__(self, scope: Construct, name: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            name,
            environment=environment,
            bounded=False,
            synthesizer=LegacyStackSynthesizer(),
        )
        DeploymentRights(self, "Deployments", kind="environment")
