"""Programs that run all the time behind the load balancers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import (
    Duration,
    aws_ecs,
    aws_elasticloadbalancingv2,
    aws_servicediscovery,
)
from constructs import Construct

from contracts import routes
from contracts.settings import Settings
from stacks.common.foundation import Foundation
from stacks.common.network import API_PORT, PRIVATE
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import environment_stack
from stacks.constructs.service_monitoring import ServiceMonitoring
from stacks.constructs.service_task import service_task
from stacks.constructs.traffic_shifter import TrafficShifter, forward
from stacks.constructs.working_hours import stop_out_of_hours
from stacks.environments import Program

Listener = aws_elasticloadbalancingv2.ApplicationListener
Condition = aws_elasticloadbalancingv2.ListenerCondition

BUSY_PERCENT = 60
"""Processor use above which another task is started."""
PROVEN_AFTER = Duration.minutes(10)
"""With all requests, before what a blue/green deployment replaced is stopped."""
MOST_WAYS_IN = 5
"""Target groups that ECS registers a service with. Charging has as many in Live; whether those that
stand by count as well is to be seen at the first deployment there (``docs/drills.md``)."""


@dataclass(frozen=True)
class Entrance:
    """A way in: requests below a path go to a port."""

    name: str
    path: str
    port: int
    priority: int
    """Among all rules of a listener, each one's own."""
    for_stations: bool = False
    """Also for those that show a certificate, where the environment asks for one."""
    hung_up_after: int = 30
    """Seconds from when ECS takes a task away from the load balancer, which then closes what is
    left of its connections, until the task hears SIGTERM."""


class LoadBalancedService(Construct):
    """A service on ECS, registered with the public and the private load balancer.

    Rules: on Fargate or on the cluster's instances, as the environment says; Graviton; the image by
    the digest that was promoted to this environment; a read-only root file system with a volume at
    ``/tmp``; from the Internet only what came through the distribution; a log of its own; a task
    role of its own; settings that fit its class; a deployment starts new tasks, waits until they
    are healthy, then stops old ones, and rolls back when they are not, or when users see errors;
    blue/green where the environment says so; watched as `ServiceMonitoring` says.
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
        log = EncryptedLogGroup(self, "Log", key=foundation.secrets.key)
        self.task = service_task(
            self,
            self._name,
            foundation=foundation,
            program=program,
            settings=settings,
            secrets=secrets,
            size=size,
            ports={entrance.port for entrance in entrances} | {API_PORT},
            log=log,
        )
        self.service = self._service(size)
        self._shifter = (
            TrafficShifter(self, "TrafficShifter")
            if environment_stack(self).settings.blue_green
            else None
        )
        self.monitoring = ServiceMonitoring(
            self,
            "Monitoring",
            service=self._name,
            alarms=foundation.observability.alarms,
            log=log,
        )
        self.scaling = self._scaling(size)
        ways_in = [(entrance, *way) for entrance in entrances for way in self._listeners(entrance)]
        if len(ways_in) > MOST_WAYS_IN:
            raise ValueError(f"{name} has {len(ways_in)} ways in, and ECS takes {MOST_WAYS_IN}")
        condemning = [alarm for way_in in ways_in for alarm in self._open(*way_in)]
        if self._shifter:
            self.service.node.add_dependency(self._shifter)
        self.monitoring.watch_tasks(self.service)
        self.service.enable_deployment_alarms(
            condemning, behavior=aws_ecs.AlarmBehavior.ROLLBACK_ON_ALARM
        )

    def _service(self, size: Program) -> aws_ecs.BaseService:
        stack, cluster = environment_stack(self), self._foundation.cluster
        blue_green = stack.settings.blue_green
        options: dict[str, Any] = {
            "service_name": self._name,
            "cluster": cluster.cluster,
            "task_definition": self.task,
            "vpc_subnets": PRIVATE,
            "security_groups": [self._foundation.network.service],
            "min_healthy_percent": 100,
            "max_healthy_percent": 200,
            "circuit_breaker": aws_ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            "deployment_strategy": aws_ecs.DeploymentStrategy.BLUE_GREEN if blue_green else None,
            "bake_time": PROVEN_AFTER if blue_green else None,
            "availability_zone_rebalancing": aws_ecs.AvailabilityZoneRebalancing.ENABLED,
            "health_check_grace_period": Duration.minutes(2),
            "propagate_tags": aws_ecs.PropagatedTagSource.SERVICE,
            "cloud_map_options": aws_ecs.CloudMapOptions(
                name=self._name,
                cloud_map_namespace=cluster.names,
                dns_record_type=aws_servicediscovery.DnsRecordType.A,
                dns_ttl=Duration.seconds(10),
            ),
        }
        if size.runs_on == "fargate":
            return aws_ecs.FargateService(self, "Service", assign_public_ip=False, **options)
        if cluster.instances is None:
            raise ValueError(f"{self._name} runs on instances, and the cluster has none")
        return aws_ecs.Ec2Service(
            self,
            "Service",
            capacity_provider_strategies=[
                aws_ecs.CapacityProviderStrategy(
                    capacity_provider=cluster.instances.capacity_provider_name, weight=1
                )
            ],
            **options,
        )

    def _scaling(self, size: Program) -> aws_ecs.ScalableTaskCount:
        scaling = self.service.auto_scale_task_count(
            min_capacity=size.minimum_tasks, max_capacity=size.maximum_tasks
        )
        scaling.scale_on_cpu_utilization(
            "Processor",
            target_utilization_percent=BUSY_PERCENT,
            scale_in_cooldown=Duration.minutes(10),
            scale_out_cooldown=Duration.minutes(1),
        )
        if hours := environment_stack(self).settings.hours:
            stop_out_of_hours(scaling, hours, least=size.minimum_tasks, most=size.maximum_tasks)
        return scaling

    def _listeners(self, entrance: Entrance) -> Iterator[tuple[str, Listener, list[Condition]]]:
        """Each with what its rules ask beside the path."""
        cluster = self._foundation.cluster
        yield "Public", cluster.public.listener, [self._foundation.secrets.origin_keys.asked]
        yield "Private", cluster.private.listener, []
        if entrance.for_stations and cluster.stations:
            yield "Stations", cluster.stations.listener, []

    def _open(
        self, entrance: Entrance, side: str, listener: Listener, conditions: Sequence[Condition]
    ) -> list[str]:
        """Let requests in from one listener; returns what condemns a new version by name."""
        name = f"{side}{entrance.name}"
        groups = {name: self._targets(name, entrance)}
        if self._shifter:
            groups[f"{name}Standby"] = self._targets(f"{name}Standby", entrance)
        targets, *standby = groups.values()
        rule = aws_elasticloadbalancingv2.ApplicationListenerRule(
            self,
            f"{name}Rule",
            listener=listener,
            priority=entrance.priority,
            conditions=[Condition.path_patterns([f"{entrance.path}/*"]), *conditions],
            action=forward(targets, *standby),
        )
        targets.add_target(
            self.service.load_balancer_target(
                container_name=self._name,
                container_port=entrance.port,
                alternate_target=self._shifter.between(name, rule, targets, standby[0])
                if self._shifter
                else None,
            )
        )
        # A service can only register with a group that a listener leads to, and be rolled back by
        # alarms that are there.
        condemning = [
            alarm
            for label, group in groups.items()
            for alarm in self.monitoring.watch_entrance(label, entrance.path, group)
        ]
        self.service.node.add_dependency(rule, *condemning)
        return [alarm.alarm_name for alarm in condemning]

    def _targets(
        self, name: str, entrance: Entrance
    ) -> aws_elasticloadbalancingv2.ApplicationTargetGroup:
        return aws_elasticloadbalancingv2.ApplicationTargetGroup(
            self,
            name,
            vpc=self._foundation.network.vpc,
            target_type=aws_elasticloadbalancingv2.TargetType.IP,
            port=entrance.port,
            protocol=aws_elasticloadbalancingv2.ApplicationProtocol.HTTP,
            health_check=aws_elasticloadbalancingv2.HealthCheck(
                path=routes.HEALTH,
                port=str(API_PORT),
                healthy_http_codes="200",
                interval=Duration.seconds(15),
                timeout=Duration.seconds(5),
                healthy_threshold_count=2,
                unhealthy_threshold_count=3,
            ),
            deregistration_delay=Duration.seconds(entrance.hung_up_after),
        )
