"""Programs that others made, as we run them."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from aws_cdk import Duration, aws_cloudwatch, aws_ec2, aws_ecs, aws_iam, aws_servicediscovery
from constructs import Construct

from stacks.common.foundation import Foundation
from stacks.common.network import PRIVATE
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import environment_stack
from stacks.constructs.graph import graph
from stacks.constructs.service_task import TASKS, promoted_image, start_role
from stacks.constructs.working_hours import stop_out_of_hours

MINUTE = Duration.minutes(1)
RUNBOOK = "supporting-services"


class SupportingService(Construct):
    """One task on Fargate of a program whose image we only keep, with the files that it reads.

    Rules: Graviton; the image by the digest that was promoted to this environment, from a registry
    of ours; a read-only root file system; its configuration stands in the template, and is written
    before the program starts; never two tasks at once, for its data takes one writer; a log and a
    role of its own; rolled back when it does not become healthy; stopped out of hours, where the
    environment has any; an alarm when no task runs that should.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        foundation: Foundation,
        command: str,
        files: Mapping[str, str],
        environment: Mapping[str, str],
        port: int,
        health: str,
        cpu: int,
        memory: int,
        volume: aws_ecs.Volume,
        mounted_at: str,
        security_group: aws_ec2.ISecurityGroup,
        grace: Duration | None = None,
    ) -> None:
        """`name` in lower case is the program's. `files`: content by path, below ``/tmp``.

        `health`: the path on `port` that answers 200. `volume` is where data outlasts the program.
        `grace`: how long a load balancer, where there is one, waits for the first such answer.
        """
        super().__init__(scope, name)
        self._foundation = foundation
        self.name = name.lower()
        log = EncryptedLogGroup(self, "Log", key=foundation.secrets.key)
        task = aws_ecs.FargateTaskDefinition(
            self,
            "Task",
            family=f"{environment_stack(self).environment_name}-{self.name}",
            cpu=cpu,
            memory_limit_mib=memory,
            execution_role=start_role(self, self.name, foundation),
            task_role=aws_iam.Role(
                self,
                "Role",
                assumed_by=TASKS,
                description=f"What {self.name} may do while it runs",
            ),
            runtime_platform=aws_ecs.RuntimePlatform(
                cpu_architecture=aws_ecs.CpuArchitecture.ARM64,
                operating_system_family=aws_ecs.OperatingSystemFamily.LINUX,
            ),
            volumes=[aws_ecs.Volume(name="scratch"), volume],
        )
        acknowledge(
            task,
            "ECS2",
            because="Plain settings; secrets come from Secrets Manager.",
            owner=Owner.PLATFORM,
        )
        contents = {f"FILE_{number}": text for number, text in enumerate(files.values())}
        container = task.add_container(
            self.name,
            image=promoted_image(self, self.name, foundation),
            # The volumes belong to root, and the file system's access point makes others of it.
            user="0",
            entry_point=["sh", "-c"],
            command=[f"{_writing(files)} && exec {command}"],
            environment={**environment, **contents},
            readonly_root_filesystem=True,
            port_mappings=[aws_ecs.PortMapping(container_port=port)],
            health_check=aws_ecs.HealthCheck(
                command=["CMD-SHELL", f"wget -q -O /dev/null http://localhost:{port}{health}"],
                start_period=Duration.minutes(1),
            ),
            logging=aws_ecs.LogDriver.aws_logs(
                stream_prefix=self.name,
                log_group=log,
                mode=aws_ecs.AwsLogDriverMode.NON_BLOCKING,
            ),
        )
        container.add_mount_points(
            aws_ecs.MountPoint(container_path="/tmp", source_volume="scratch", read_only=False),  # noqa: S108 — in the container
            aws_ecs.MountPoint(
                container_path=mounted_at, source_volume=volume.name, read_only=False
            ),
        )
        self.task = task
        self.service = aws_ecs.FargateService(
            self,
            "Service",
            service_name=self.name,
            cluster=foundation.cluster.cluster,
            task_definition=task,
            min_healthy_percent=0,
            max_healthy_percent=100,
            circuit_breaker=aws_ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            health_check_grace_period=grace,
            assign_public_ip=False,
            vpc_subnets=PRIVATE,
            security_groups=[security_group],
            propagate_tags=aws_ecs.PropagatedTagSource.SERVICE,
            cloud_map_options=aws_ecs.CloudMapOptions(
                name=self.name,
                cloud_map_namespace=foundation.cluster.names,
                dns_record_type=aws_servicediscovery.DnsRecordType.A,
                dns_ttl=Duration.seconds(10),
            ),
        )
        scaling = self.service.auto_scale_task_count(min_capacity=1, max_capacity=1)
        if hours := environment_stack(self).settings.hours:
            stop_out_of_hours(scaling, hours, least=1, most=1)
        self._watch(log)

    def _watch(self, log: EncryptedLogGroup) -> None:
        cluster = self._foundation.cluster.cluster
        wanted, running = (
            aws_cloudwatch.Metric(
                namespace="ECS/ContainerInsights",
                metric_name=f"{which}TaskCount",
                dimensions_map={"ClusterName": cluster.cluster_name, "ServiceName": self.name},
                statistic="Maximum",
                period=MINUTE,
            )
            for which in ("Desired", "Running")
        )
        self._foundation.observability.alarms.on(
            self,
            "Stopped",
            aws_cloudwatch.MathExpression(
                expression="wanted - running",
                using_metrics={"wanted": wanted, "running": running},
                period=MINUTE,
            ),
            threshold=1,
            periods=10,
            says=f"{self.name} does not run; what it looks after does.",
            runbook=RUNBOOK,
        )
        aws_cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"{environment_stack(self).environment_name}-{self.name}",
            default_interval=Duration.hours(3),
            widgets=[
                [
                    graph("Tasks", running),
                    graph(
                        "Percent used by the task",
                        self.service.metric_cpu_utilization(period=MINUTE),
                        self.service.metric_memory_utilization(period=MINUTE),
                    ),
                ],
                [
                    aws_cloudwatch.LogQueryWidget(
                        title="Last lines",
                        log_group_names=[log.log_group_name],
                        query_lines=["fields @timestamp, @message", "sort @timestamp desc"],
                        width=24,
                    )
                ],
            ],
        )


def _writing(files: Mapping[str, str]) -> str:
    """The shell's commands that write what the variables hold."""
    folders = sorted({str(PurePosixPath(path).parent) for path in files})
    written = [f'printf %s "$FILE_{number}" > {path}' for number, path in enumerate(files)]
    return " && ".join([f"mkdir -p {' '.join(folders)}", *written])
