"""The networking account: the company's name, and who speaks for which part of it."""

from aws_cdk import CfnOutput, Duration, Fn, aws_route53, aws_ssm
from constructs import Construct

from stacks.constructs.zone_delegation import ZONE_ABOVE, DelegatingRole
from stacks.constructs.zone_signing import ZoneSigning
from stacks.environments import EDGE_REGION, Fleet
from stacks.organization.organization_stack import OrganizationStack


class DnsStack(OrganizationStack):
    """The zone of the company's domain; each environment's part of it is its own zone's.

    An environment writes here where its own zone is, and nothing of another's names, nor of the
    company's.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name, account=fleet.accounts.networking)
        self.zone = zone = aws_route53.PublicHostedZone(
            self,
            "Zone",
            zone_name=fleet.organization.domain,
            comment="The company's domain",
        )
        zone.apply_removal_policy(self.data_removal)
        for environment, settings in fleet.named().items():
            if settings.domain:
                if settings.domain.ds_record:
                    aws_route53.DsRecord(
                        self,
                        f"{environment.capitalize()}IsSigned",
                        zone=zone,
                        record_name=settings.domain.name,
                        values=[settings.domain.ds_record],
                        ttl=Duration.hours(1),
                        comment=f"{environment} signs its answers",
                    )
                DelegatingRole(
                    self,
                    environment.capitalize(),
                    environment=environment,
                    account=settings.account,
                    domain=settings.domain.name,
                    zone=zone,
                )
        aws_ssm.StringParameter(
            self,
            "ZoneId",
            parameter_name=ZONE_ABOVE,
            description="Id of the zone that delegates each environment's name",
            string_value=zone.hosted_zone_id,
        )
        aws_route53.CaaAmazonRecord(self, "OnlyAmazonCertifies", zone=zone)
        servers = zone.hosted_zone_name_servers or []
        CfnOutput(self, "NameServers", value=Fn.join(" ", servers))


class DnsSigningStack(OrganizationStack):
    """The signature under the company's zone, where Route 53 looks for its key."""

    def __init__(
        self, scope: Construct, name: str, *, fleet: Fleet, zone: aws_route53.IHostedZone
    ) -> None:
        super().__init__(scope, name, account=fleet.accounts.networking, region=EDGE_REGION)
        ZoneSigning(self, "Zone", zone=zone)
