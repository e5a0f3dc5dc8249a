"""The name at which people and partners' machines get their tokens."""

from typing import cast

from aws_cdk import (
    CfnOutput,
    aws_certificatemanager,
    aws_cognito,
    aws_route53,
    aws_route53_targets,
)
from constructs import Construct

from stacks.constructs.environment_stack import environment_stack


class SignInName(Construct):
    """``auth.`` before the environment's domain; one of Amazon's where there is no domain.

    It stands beside the distribution, for Cognito takes a name only when the one above it answers.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        user_pool: aws_cognito.IUserPool,
        certificate: aws_certificatemanager.ICertificate | None,
        zone: aws_route53.IHostedZone | None,
    ) -> None:
        super().__init__(scope, name)
        stack = environment_stack(self)
        if certificate is None or zone is None:
            prefix = f"fleetcharge-{stack.environment_name}-{stack.account}"
            domain = aws_cognito.UserPoolDomain(
                self,
                "Domain",
                user_pool=user_pool,
                cognito_domain=aws_cognito.CognitoDomainOptions(domain_prefix=prefix),
            )
        else:
            own = sign_in_name(zone.zone_name)
            domain = aws_cognito.UserPoolDomain(
                self,
                "Domain",
                user_pool=user_pool,
                custom_domain=aws_cognito.CustomDomainOptions(
                    domain_name=own, certificate=certificate
                ),
            )
            # The library's target asks for the address with a function and a wildcard.
            behind = cast("aws_cognito.CfnUserPoolDomain", domain.node.default_child)
            aws_route53.CfnRecordSet(
                self,
                "Name",
                hosted_zone_id=zone.hosted_zone_id,
                name=f"{own}.",
                type="A",
                alias_target=aws_route53.CfnRecordSet.AliasTargetProperty(
                    dns_name=behind.attr_cloud_front_distribution,
                    hosted_zone_id=aws_route53_targets.CloudFrontTarget.get_hosted_zone_id(self),
                ),
            )
        CfnOutput(stack, "SignInUrl", value=domain.base_url())


def sign_in_name(domain: str) -> str:
    """The certificate has to hold it as well."""
    return f"auth.{domain}"
