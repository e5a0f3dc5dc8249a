"""Load balancers and their listeners."""

from typing import NamedTuple

from aws_cdk import (
    aws_certificatemanager,
    aws_ec2,
    aws_elasticloadbalancingv2,
    aws_route53,
    aws_route53_targets,
    aws_s3,
)
from constructs import Construct

from stacks.common.network import HTTP, HTTPS
from stacks.constructs.environment_stack import environment_stack


class PublicName(NamedTuple):
    """The name that a load balancer answers to, and the certificate that proves it."""

    host: str
    zone: aws_route53.IHostedZone
    certificate: aws_certificatemanager.ICertificate


def nothing_here() -> aws_elasticloadbalancingv2.ListenerAction:
    """What a listener answers when no rule takes the request."""
    return aws_elasticloadbalancingv2.ListenerAction.fixed_response(
        404, content_type="text/plain", message_body="Nothing here answers to this path."
    )


class LoadBalancer(Construct):
    """A load balancer with one listener. Services add their rules to it.

    Rules: TLS 1.2 or newer where it has a name, else plain HTTP; every access logged; malformed
    headers dropped; what no rule takes is answered with 404.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        internet_facing: bool,
        network: aws_ec2.IVpc,
        subnets: aws_ec2.SubnetSelection,
        security_group: aws_ec2.ISecurityGroup,
        access_logs: aws_s3.IBucket,
        public_name: PublicName | None,
    ) -> None:
        super().__init__(scope, name)
        self.balancer = aws_elasticloadbalancingv2.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=network,
            vpc_subnets=subnets,
            internet_facing=internet_facing,
            security_group=security_group,
            drop_invalid_header_fields=True,
            deletion_protection=environment_stack(self).settings.protected,
        )
        self.balancer.log_access_logs(access_logs, f"load-balancers/{name.lower()}")
        self.listener = aws_elasticloadbalancingv2.ApplicationListener(
            self,
            "Listener",
            load_balancer=self.balancer,
            open=False,
            port=HTTPS if public_name else HTTP,
            protocol=(
                aws_elasticloadbalancingv2.ApplicationProtocol.HTTPS
                if public_name
                else aws_elasticloadbalancingv2.ApplicationProtocol.HTTP
            ),
            certificates=[public_name.certificate] if public_name else None,
            ssl_policy=(
                aws_elasticloadbalancingv2.SslPolicy.RECOMMENDED_TLS if public_name else None
            ),
            default_action=nothing_here(),
        )
        self.dns_name = self.balancer.load_balancer_dns_name
        self.host = public_name.host if public_name else self.dns_name
        """The name by which clients inside AWS reach it."""
        if public_name:
            aws_route53.ARecord(
                self,
                "Name",
                zone=public_name.zone,
                record_name=public_name.host,
                target=aws_route53.RecordTarget.from_alias(
                    aws_route53_targets.LoadBalancerTarget(self.balancer)
                ),
            )
