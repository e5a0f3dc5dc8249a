"""The public face: one distribution for the site and for every program's public paths."""

from aws_cdk import (
    CfnOutput,
    Duration,
    aws_cloudfront,
    aws_cloudfront_origins,
    aws_route53,
    aws_route53_targets,
)
from constructs import Construct

from contracts import routes
from stacks.common.auth import AuthStack
from stacks.common.cluster import ClusterStack
from stacks.common.data import DataStack
from stacks.common.edge import EdgeStack
from stacks.common.sign_in_name import SignInName
from stacks.common.simulator_gate import SimulatorGate
from stacks.common.zone import ZoneStack
from stacks.constructs.access_log_bucket import AccessLogBucket
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.origin_keys import OriginKeys
from stacks.constructs.private_bucket import PrivateBucket
from stacks.environments import Environment

PROGRAM_PATHS = (routes.OCPP, routes.CHARGING_API, routes.BILLING_API, routes.GRAFANA)
"""The load balancer says 404 below what the environment does without."""


class HostingStack(EnvironmentStack):
    """CloudFront: the site from a bucket, programs from the public load balancer."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        data: DataStack,
        cluster: ClusterStack,
        auth: AuthStack,
        edge: EdgeStack,
        zone: ZoneStack | None,
        origin_keys: OriginKeys,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        domain = environment.domain
        self.site = PrivateBucket(self, "Site", logs=data.access_logs)
        programs = self._programs(cluster, origin_keys, secure=domain is not None)
        site = aws_cloudfront_origins.S3BucketOrigin.with_origin_access_control(self.site)
        headers = self._security_headers()
        self.distribution = distribution = aws_cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Fleetcharge {self.environment_name}",
            domain_names=[domain.name] if domain else None,
            certificate=edge.certificate,
            minimum_protocol_version=aws_cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            web_acl_id=edge.firewall.attr_arn,
            http_version=aws_cloudfront.HttpVersion.HTTP2_AND_3,
            # Our users are in Europe; this class leaves out the dearest locations.
            price_class=aws_cloudfront.PriceClass.PRICE_CLASS_100,
            default_root_object="index.html",
            default_behavior=aws_cloudfront.BehaviorOptions(
                origin=site,
                viewer_protocol_policy=aws_cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                response_headers_policy=headers,
            ),
            additional_behaviors={
                **{f"{path}/*": programs for path in PROGRAM_PATHS},
                f"{routes.SIMULATOR}/*": aws_cloudfront.BehaviorOptions(
                    origin=site,
                    viewer_protocol_policy=aws_cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                    response_headers_policy=headers,
                    function_associations=[SimulatorGate(self, "SimulatorGate").association],
                ),
            },
            enable_logging=True,
            log_bucket=AccessLogBucket(self, "Logs", for_cloudfront_logged_in=data.access_logs),
            log_file_prefix="distribution/",
        )
        acknowledge(
            distribution, "CFR1", because="Drivers and their stations travel.", owner=Owner.PLATFORM
        )
        if domain is None:
            because = "Without a domain there is no certificate: an environment for trying out."
            acknowledge(distribution, "CFR4", because=because, owner=Owner.PLATFORM)
            acknowledge(distribution, "CFR5", because=because, owner=Owner.PLATFORM)
        hosted_zone = zone.hosted_zone if zone else None
        records = self._names(hosted_zone, distribution) if hosted_zone else []
        SignInName(
            self,
            "SignIn",
            user_pool=auth.user_pool,
            certificate=edge.certificate,
            zone=hosted_zone,
        ).node.add_dependency(distribution, *records)
        CfnOutput(self, "DistributionDomainName", value=distribution.distribution_domain_name)
        CfnOutput(self, "SiteBucketName", value=self.site.bucket_name)

    def _programs(
        self, cluster: ClusterStack, origin_keys: OriginKeys, *, secure: bool
    ) -> aws_cloudfront.BehaviorOptions:
        """Passed on as they come, WebSockets included; never cached."""
        return aws_cloudfront.BehaviorOptions(
            origin=aws_cloudfront_origins.HttpOrigin(
                cluster.public.host,
                protocol_policy=(
                    aws_cloudfront.OriginProtocolPolicy.HTTPS_ONLY
                    if secure
                    else aws_cloudfront.OriginProtocolPolicy.HTTP_ONLY
                ),
                origin_ssl_protocols=[aws_cloudfront.OriginSslPolicy.TLS_V1_2],
                read_timeout=Duration.seconds(60),
                custom_headers=origin_keys.sent,
            ),
            allowed_methods=aws_cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=aws_cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=aws_cloudfront.OriginRequestPolicy.ALL_VIEWER,
            viewer_protocol_policy=(
                aws_cloudfront.ViewerProtocolPolicy.HTTPS_ONLY
                if secure
                else aws_cloudfront.ViewerProtocolPolicy.ALLOW_ALL
            ),
        )

    def _security_headers(self) -> aws_cloudfront.ResponseHeadersPolicy:
        frame, referrer = aws_cloudfront.HeadersFrameOption, aws_cloudfront.HeadersReferrerPolicy
        return aws_cloudfront.ResponseHeadersPolicy(
            self,
            "SecurityHeaders",
            response_headers_policy_name=f"fleetcharge-{self.environment_name}",
            security_headers_behavior=aws_cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=aws_cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy="default-src 'self'; frame-ancestors 'none'",
                    override=True,
                ),
                content_type_options=aws_cloudfront.ResponseHeadersContentTypeOptions(
                    override=True
                ),
                frame_options=aws_cloudfront.ResponseHeadersFrameOptions(
                    frame_option=frame.DENY, override=True
                ),
                referrer_policy=aws_cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=referrer.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override=True
                ),
                strict_transport_security=aws_cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365),
                    include_subdomains=True,
                    override=True,
                ),
            ),
        )

    def _names(
        self, zone: aws_route53.IHostedZone, distribution: aws_cloudfront.Distribution
    ) -> list[Construct]:
        target = aws_route53.RecordTarget.from_alias(
            aws_route53_targets.CloudFrontTarget(distribution)
        )
        return [
            aws_route53.ARecord(self, "Name", zone=zone, target=target),
            aws_route53.AaaaRecord(self, "NameIpv6", zone=zone, target=target),
        ]
