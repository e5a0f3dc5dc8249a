"""The way in for stations that prove by a certificate who they are."""

import hashlib
import os
from pathlib import Path

from aws_cdk import (
    FileAssetPackaging,
    Stack,
    Stage,
    aws_certificatemanager,
    aws_elasticloadbalancingv2,
    aws_iam,
    aws_route53,
    aws_route53_targets,
    aws_s3,
)
from constructs import Construct

from contracts.routes import CLIENT_CERTIFICATE
from stacks.common.load_balancer import LoadBalancer, nothing_here
from stacks.common.network import STATION_PORT
from stacks.constructs.private_bucket import PrivateBucket

REVOCATIONS = "stations.crl"


class StationEntrance(Construct):
    """A listener of the public load balancer for OCPP's security profile 3.

    Rules: a port and a name of its own, past CloudFront, which would end a station's TLS and with
    it the proof; only clients with a certificate of the environment's authorities get to speak at
    all; the load balancer says in `CLIENT_CERTIFICATE` whose it was, and whoever says so at the
    other listener, where nobody verifies, is refused.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        public: LoadBalancer,
        zone: aws_route53.IHostedZone,
        authorities: str,
        access_logs: aws_s3.IBucket,
    ) -> None:
        """`authorities`: who issues certificates to stations, PEM."""
        super().__init__(scope, name)
        host = f"stations.{zone.zone_name}"
        self.certificate = aws_certificatemanager.Certificate(
            self,
            "Certificate",
            domain_name=host,
            validation=aws_certificatemanager.CertificateValidation.from_dns(zone),
        )
        bundle = _uploaded(self, authorities)
        self._trust_store = aws_elasticloadbalancingv2.TrustStore(
            self,
            "Authorities",
            bucket=aws_s3.Bucket.from_bucket_name(self, "Assets", bundle.bucket_name),
            key=bundle.object_key,
        )
        self._lists = PrivateBucket(self, "Revocations", logs=access_logs)
        self.listener = aws_elasticloadbalancingv2.ApplicationListener(
            self,
            "Listener",
            load_balancer=public.balancer,
            open=False,
            port=STATION_PORT,
            protocol=aws_elasticloadbalancingv2.ApplicationProtocol.HTTPS,
            certificates=[self.certificate],
            ssl_policy=aws_elasticloadbalancingv2.SslPolicy.RECOMMENDED_TLS,
            mutual_authentication=aws_elasticloadbalancingv2.MutualAuthentication(
                mutual_authentication_mode=aws_elasticloadbalancingv2.MutualAuthenticationMode.VERIFY,
                trust_store=self._trust_store,
                ignore_client_certificate_expiry=False,
            ),
            default_action=nothing_here(),
        )
        aws_elasticloadbalancingv2.ApplicationListenerRule(
            self,
            "NobodyElseSaysSo",
            listener=public.listener,
            priority=1,
            conditions=[
                aws_elasticloadbalancingv2.ListenerCondition.http_header(CLIENT_CERTIFICATE, ["*"])
            ],
            action=aws_elasticloadbalancingv2.ListenerAction.fixed_response(
                400,
                content_type="text/plain",
                message_body="A certificate is shown in the handshake, not told.",
            ),
        )
        aws_route53.ARecord(
            self,
            "Name",
            zone=zone,
            record_name=host,
            target=aws_route53.RecordTarget.from_alias(
                aws_route53_targets.LoadBalancerTarget(public.balancer)
            ),
        )

    @property
    def trust_store_arn(self) -> str:
        """Of who vouches for stations."""
        return self._trust_store.trust_store_arn

    @property
    def revocations(self) -> str:
        """Bucket and key of the list of certificates that count no more."""
        return f"{self._lists.bucket_name}/{REVOCATIONS}"

    def let_revoke(self, program: aws_iam.IRole) -> None:
        """Allow a program to write the list, and to have it taken from there in its name."""
        program.add_to_principal_policy(
            aws_iam.PolicyStatement(
                actions=["s3:GetObject", "s3:PutObject"],
                resources=[self._lists.arn_for_objects(REVOCATIONS)],
            )
        )
        program.add_to_principal_policy(
            aws_iam.PolicyStatement(
                actions=[
                    "elasticloadbalancing:AddTrustStoreRevocations",
                    "elasticloadbalancing:RemoveTrustStoreRevocations",
                ],
                resources=[self.trust_store_arn],
            )
        )


def _uploaded(scope: Construct, bundle: str) -> aws_s3.Location:
    """Where a deployment puts the bundle: in the bucket of its assets, which it may read."""
    assembly = Stage.of(scope)
    assert assembly is not None  # noqa: S101 — every stack stands in a stage
    digest = hashlib.sha256(bundle.encode()).hexdigest()
    file = Path(assembly.asset_outdir) / f"asset.{digest}.pem"
    file.write_text(bundle, encoding="utf-8")
    asset = Stack.of(scope).synthesizer.add_file_asset(
        source_hash=digest,
        packaging=FileAssetPackaging.FILE,
        file_name=os.path.relpath(file, assembly.outdir),
        display_name="Authorities of stations",
    )
    return aws_s3.Location(bucket_name=asset.bucket_name, object_key=asset.object_key)
