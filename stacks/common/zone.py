"""The environment's own part of the company's domain."""

from aws_cdk import CfnOutput, aws_kms, aws_route53
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.zone_delegation import ZoneDelegation
from stacks.environments import Domain, Environment


class ZoneStack(EnvironmentStack):
    """The zone of the environment's name, which answers from its first deployment on.

    Whatever has a name or a certificate comes after it: a certificate waits until the world sees
    its proof in this zone. The networking account's `dns` comes before it.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        domain: Domain,
        networking: str,
        key: aws_kms.IKey,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self.hosted_zone = aws_route53.PublicHostedZone(
            self,
            "Zone",
            zone_name=domain.name,
            comment=f"Names of {self.environment_name}",
        )
        self.hosted_zone.apply_removal_policy(self.data_removal)
        ZoneDelegation(
            self,
            "Delegation",
            zone=self.hosted_zone,
            networking=networking,
            key=key,
            alarms=alarms,
        )
        CfnOutput(self, "ZoneId", value=self.hosted_zone.hosted_zone_id)
