"""Programs that run all the time behind the load balancers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import (
    CfnParameter,
    Duration,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_ecs,
    aws_elasticloadbalancingv2,
    aws_iam,
    aws_servicediscovery,
)
from constructs import Construct

from contracts import routes
from contracts.settings import Settings
from stacks.common.foundation import Foundation
from stacks.common.load_balancer import LoadBalancer
from stacks.common.network import API_PORT, PRIVATE
from stacks.constructs import program_settings
from stacks.constructs.acknowledgement import acknowledge
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import environment_stack
from stacks.environments import Program

BUSY_PERCENT = 60
"""Processor use above which another task is started."""
LONGEST_STOP = Duration.seconds(120)
"""Fargate's limit for the time between SIGTERM and SIGKILL."""


@dataclass(frozen=True)
class Entrance:
    """A way in: requests below a path go to a port."""

    name: str
    path: str
    port: int
    priority: int
    """Among all rules of a listener, each one's own."""


class LoadBalancedService(Construct):
    """A Fargate service, registered with the public and the private load balancer.

    Rules: Graviton; the image by the digest that was promoted to this environment; a read-only root
    file system with a volume at ``/tmp``; a log of its own; a task role of its own; settings that
    fit its class; a deployment starts new tasks, waits until they are healthy, then stops old ones,
    and rolls back when they are not; alarms for unhealthy tasks and failed requests.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        foundation: Foundation,
        program: type[Settings],
        settings: Mapping[str, str],
        secrets: Mapping[str, aws_ecs.Secret],
        size: Program,
        entrances: Sequence[Entrance],
    ) -> None:
        super().__init__(scope, name)
        self._foundation = foundation
        self._name = name.lower()
        self.task = self._task(program, settings, secrets, size, entrances)
        self.service = aws_ecs.FargateService(
            self,
            "Service",
            service_name=self._name,
            cluster=foundation.cluster.cluster,
            task_definition=self.task,
            vpc_subnets=PRIVATE,
            security_groups=[foundation.network.service],
            assign_public_ip=False,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=aws_ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            availability_zone_rebalancing=aws_ecs.AvailabilityZoneRebalancing.ENABLED,
            health_check_grace_period=Duration.minutes(2),
            propagate_tags=aws_ecs.PropagatedTagSource.SERVICE,
            cloud_map_options=aws_ecs.CloudMapOptions(
                name=self._name,
                cloud_map_namespace=foundation.cluster.names,
                dns_record_type=aws_servicediscovery.DnsRecordType.A,
                dns_ttl=Duration.seconds(10),
            ),
        )
        self._scale(size)
        for entrance in entrances:
            self._open(entrance, "Public", foundation.cluster.public)
            self._open(entrance, "Private", foundation.cluster.private)

    def _task(
        self,
        program: type[Settings],
        settings: Mapping[str, str],
        secrets: Mapping[str, aws_ecs.Secret],
        size: Program,
        entrances: Sequence[Entrance],
    ) -> aws_ecs.FargateTaskDefinition:
        tasks = aws_iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        start = aws_iam.Role(
            self,
            "StartRole",
            assumed_by=tasks,
            description=f"Starts tasks of {self._name}: image, secrets, log",
        )
        self._foundation.cluster.registries[self._name].grant_pull(start)
        self._foundation.secrets.key.grant_decrypt(start)
        acknowledge(
            start,
            "IAM5",
            "Resource::*",
            because="ecr:GetAuthorizationToken takes no resource; pulling is granted for one.",
        )
        task = aws_ecs.FargateTaskDefinition(
            self,
            "Task",
            family=f"{environment_stack(self).environment_name}-{self._name}",
            cpu=size.cpu,
            memory_limit_mib=size.memory,
            execution_role=start,
            task_role=aws_iam.Role(
                self,
                "Role",
                assumed_by=tasks,
                description=f"What {self._name} may do while it runs",
            ),
            runtime_platform=aws_ecs.RuntimePlatform(
                cpu_architecture=aws_ecs.CpuArchitecture.ARM64,
                operating_system_family=aws_ecs.OperatingSystemFamily.LINUX,
            ),
            volumes=[aws_ecs.Volume(name="scratch")],
        )
        acknowledge(task, "ECS2", because="Plain settings; secrets come from Secrets Manager.")
        container = task.add_container(
            self._name,
            image=aws_ecs.ContainerImage.from_registry(self._image()),
            environment=program_settings.plain(program, settings),
            secrets=program_settings.secret(program, secrets),
            readonly_root_filesystem=True,
            stop_timeout=LONGEST_STOP,
            port_mappings=[
                aws_ecs.PortMapping(container_port=port)
                for port in sorted({entrance.port for entrance in entrances} | {API_PORT})
            ],
            logging=aws_ecs.LogDriver.aws_logs(
                stream_prefix=self._name,
                log_group=EncryptedLogGroup(self, "Log", key=self._foundation.secrets.key),
                # A log that cannot be delivered must not hold up a charging session.
                mode=aws_ecs.AwsLogDriverMode.NON_BLOCKING,
            ),
        )
        container.add_mount_points(
            aws_ecs.MountPoint(container_path="/tmp", source_volume="scratch", read_only=False)  # noqa: S108 — in the container
        )
        return task

    def _image(self) -> str:
        """The image whose digest was promoted: deploying the stack again takes a new one up."""
        stack = environment_stack(self)
        digest = CfnParameter(
            self,
            "ImageDigest",
            type="AWS::SSM::Parameter::Value<String>",
            default=f"/fleetcharge/{stack.environment_name}/{self._name}/image-digest",
            description=f"Parameter that names the digest of the image of {self._name}",
        )
        digest.override_logical_id("ImageDigest")
        registry = self._foundation.cluster.registries[self._name]
        return f"{registry.repository_uri}@{digest.value_as_string}"

    def _scale(self, size: Program) -> None:
        self.service.auto_scale_task_count(
            min_capacity=size.minimum_tasks, max_capacity=size.maximum_tasks
        ).scale_on_cpu_utilization(
            "Processor",
            target_utilization_percent=BUSY_PERCENT,
            scale_in_cooldown=Duration.minutes(10),
            scale_out_cooldown=Duration.minutes(1),
        )

    def _open(self, entrance: Entrance, side: str, balancer: LoadBalancer) -> None:
        """Let the requests of one entrance in from one load balancer."""
        name = f"{side}{entrance.name}"
        targets = aws_elasticloadbalancingv2.ApplicationTargetGroup(
            self,
            name,
            vpc=self._foundation.network.vpc,
            target_type=aws_elasticloadbalancingv2.TargetType.IP,
            port=entrance.port,
            protocol=aws_elasticloadbalancingv2.ApplicationProtocol.HTTP,
            targets=[
                self.service.load_balancer_target(
                    container_name=self._name, container_port=entrance.port
                )
            ],
            health_check=aws_elasticloadbalancingv2.HealthCheck(
                path=routes.HEALTH,
                port=str(API_PORT),
                healthy_http_codes="200",
                interval=Duration.seconds(15),
                timeout=Duration.seconds(5),
                healthy_threshold_count=2,
                unhealthy_threshold_count=3,
            ),
            deregistration_delay=Duration.seconds(30),
        )
        rule = aws_elasticloadbalancingv2.ApplicationListenerRule(
            self,
            f"{name}Rule",
            listener=balancer.listener,
            priority=entrance.priority,
            conditions=[
                aws_elasticloadbalancingv2.ListenerCondition.path_patterns([f"{entrance.path}/*"])
            ],
            target_groups=[targets],
        )
        # A service can only register with a group that a listener leads to.
        self.service.node.add_dependency(rule)
        self._alarm(
            f"{name}Unhealthy",
            targets.metrics.unhealthy_host_count(period=Duration.minutes(1), statistic="Maximum"),
            threshold=1,
            says=f"A task of {self._name} fails its health check at {entrance.path}.",
        )
        self._alarm(
            f"{name}Errors",
            targets.metrics.http_code_target(
                aws_elasticloadbalancingv2.HttpCodeTarget.TARGET_5XX_COUNT,
                period=Duration.minutes(1),
            ),
            threshold=10,
            says=f"{self._name} answers requests below {entrance.path} with errors of its own.",
        )

    def _alarm(
        self, name: str, metric: aws_cloudwatch.Metric, *, threshold: int, says: str
    ) -> None:
        metric.create_alarm(
            self,
            name,
            alarm_description=says,
            threshold=threshold,
            evaluation_periods=3,
            comparison_operator=(
                aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            ),
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
        ).add_alarm_action(aws_cloudwatch_actions.SnsAction(self._foundation.observability.alarms))
