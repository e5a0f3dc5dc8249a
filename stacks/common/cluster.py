"""Where programs run and how they are reached: cluster, registries, load balancers, names."""

from aws_cdk import (
    CfnOutput,
    RemovalPolicy,
    aws_certificatemanager,
    aws_ecr,
    aws_ecs,
    aws_kms,
    aws_route53,
    aws_s3,
    aws_servicediscovery,
)
from constructs import Construct

from stacks.common.cluster_instances import ClusterInstances
from stacks.common.load_balancer import LoadBalancer, PublicName
from stacks.common.network import PRIVATE, PUBLIC, NetworkStack
from stacks.common.station_entrance import StationEntrance
from stacks.common.zone import ZoneStack
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment

PROGRAMS = ("charging", "billing")
"""Our programs that run all the time."""


def images(environment: Environment) -> tuple[str, ...]:
    """The programs that tasks run, others' too, each with a registry ``fleetcharge/{program}``."""
    return (*PROGRAMS, *environment.supporting.images())


class ClusterStack(EnvironmentStack):
    """Listeners stand here, so that no service's update resets what they are set to."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        key: aws_kms.IKey,
        network: NetworkStack,
        access_logs: aws_s3.IBucket,
        zone: ZoneStack | None,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self.name = f"fleetcharge-{self.environment_name}"
        insights = EncryptedLogGroup(
            self,
            "Insights",
            key=key,
            # Where Container Insights writes to. It would make the group itself, without our key.
            log_group_name=f"/aws/ecs/containerinsights/{self.name}/performance",
        )
        self.cluster = aws_ecs.Cluster(
            self,
            "Cluster",
            cluster_name=self.name,
            vpc=network.vpc,
            container_insights_v2=aws_ecs.ContainerInsights.ENABLED,
        )
        self.cluster.node.add_dependency(insights)
        self.instances: aws_ecs.AsgCapacityProvider | None = None
        if environment.instances and network.instances:
            self.instances = ClusterInstances(
                self,
                "Instances",
                size=environment.instances,
                cluster=self.cluster,
                security_group=network.instances,
            ).provider
        self.names = aws_servicediscovery.PrivateDnsNamespace(
            self, "Names", name=f"{self.environment_name}.internal", vpc=network.vpc
        )
        self.registries = {image: self._registry(image, key) for image in images(environment)}
        self.certificate: aws_certificatemanager.ICertificate | None = None
        origin, internal = self._public_names(zone.hosted_zone if zone else None)
        self.public = LoadBalancer(
            self,
            "Public",
            internet_facing=True,
            network=network.vpc,
            subnets=PUBLIC,
            security_group=network.public_load_balancer,
            access_logs=access_logs,
            public_name=origin,
        )
        self.private = LoadBalancer(
            self,
            "Private",
            internet_facing=False,
            network=network.vpc,
            subnets=PRIVATE,
            security_group=network.private_load_balancer,
            access_logs=access_logs,
            public_name=internal,
        )
        self.stations: StationEntrance | None = None
        if origin and environment.domain and environment.domain.station_authorities:
            self.stations = StationEntrance(
                self,
                "Stations",
                public=self.public,
                zone=origin.zone,
                authorities=environment.domain.station_authorities,
                access_logs=access_logs,
            )
        CfnOutput(self, "PublicLoadBalancerDnsName", value=self.public.dns_name)
        CfnOutput(self, "PrivateLoadBalancerDnsName", value=self.private.dns_name)

    def _registry(self, program: str, key: aws_kms.IKey) -> aws_ecr.Repository:
        return aws_ecr.Repository(
            self,
            f"{program.capitalize()}Images",
            repository_name=f"fleetcharge/{program}",
            image_scan_on_push=True,
            image_tag_mutability=aws_ecr.TagMutability.IMMUTABLE,
            encryption=aws_ecr.RepositoryEncryption.KMS,
            encryption_key=key,
            lifecycle_rules=[aws_ecr.LifecycleRule(max_image_count=50)],
            removal_policy=self.data_removal,
            empty_on_delete=self.data_removal == RemovalPolicy.DESTROY,
        )

    def _public_names(
        self, zone: aws_route53.IHostedZone | None
    ) -> tuple[PublicName, PublicName] | tuple[None, None]:
        """The names of the public and of the private load balancer, on one certificate."""
        if zone is None:
            return None, None
        origin, internal = f"origin.{zone.zone_name}", f"internal.{zone.zone_name}"
        certificate = self.certificate = aws_certificatemanager.Certificate(
            self,
            "Certificate",
            domain_name=origin,
            subject_alternative_names=[internal],
            validation=aws_certificatemanager.CertificateValidation.from_dns(zone),
        )
        return PublicName(origin, zone, certificate), PublicName(internal, zone, certificate)
