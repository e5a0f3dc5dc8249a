"""AWS's own services, reached inside the network instead of through NAT gateways."""

from collections.abc import Iterable

from aws_cdk import Stack, aws_ec2, aws_iam
from constructs import Construct

from stacks.common.security_groups import group

HTTPS = 443


class InterfaceEndpoints(Construct):
    """An endpoint for each of `services`, with an address in every private subnet.

    Rules: programs find it under the service's public name; only `callers` reach it; it passes on
    calls of this account's identities alone, and to this account's resources alone.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        vpc: aws_ec2.Vpc,
        services: Iterable[str],
        callers: Iterable[aws_ec2.SecurityGroup],
    ) -> None:
        """`services`: as they stand in an endpoint's name, such as ``ecr.api``.

        `callers` may go anywhere by HTTPS already: what the environment does not list is outside.
        """
        super().__init__(scope, name)
        inside = group(self, vpc, "Group", "Services of AWS inside the network")
        for caller in callers:
            inside.add_ingress_rule(caller, aws_ec2.Port.tcp(HTTPS), "Programs to services of AWS")
        for service in services:
            endpoint = aws_ec2.InterfaceVpcEndpoint(
                self,
                "".join(part.capitalize() for part in service.split(".")),
                vpc=vpc,
                service=aws_ec2.InterfaceVpcEndpointAwsService(service),
                subnets=aws_ec2.SubnetSelection(subnets=vpc.private_subnets),
                security_groups=[inside],
                private_dns_enabled=True,
                open=False,
            )
            endpoint.add_to_policy(ours_to_ours(self))


def ours_to_ours(scope: Construct) -> aws_iam.PolicyStatement:
    """What an endpoint passes on: keys stolen elsewhere carry nothing out through it."""
    account = Stack.of(scope).account
    return aws_iam.PolicyStatement(
        principals=[aws_iam.AnyPrincipal()],
        actions=["*"],
        resources=["*"],
        conditions={
            "StringEquals": {"aws:PrincipalAccount": account},
            # Some actions have no resource, such as ecr:GetAuthorizationToken.
            "StringEqualsIfExists": {"aws:ResourceAccount": account},
        },
    )
