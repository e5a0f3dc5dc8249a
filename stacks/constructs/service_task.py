"""What ECS starts for a service."""

from collections.abc import Collection, Mapping

from aws_cdk import CfnParameter, Duration, aws_ecs, aws_iam, aws_logs
from constructs import Construct

from contracts.settings import Settings
from stacks.common.foundation import Foundation
from stacks.constructs import program_settings
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import environment_stack
from stacks.constructs.traces import tells_traces
from stacks.environments import Program

TASKS = aws_iam.ServicePrincipal("ecs-tasks.amazonaws.com")
LONGEST_STOP = Duration.seconds(120)
"""Fargate's limit for the time between SIGTERM and SIGKILL."""


def service_task(
    scope: Construct,
    service: str,
    *,
    foundation: Foundation,
    program: type[Settings],
    settings: Mapping[str, str],
    secrets: Mapping[str, aws_ecs.Secret],
    size: Program,
    ports: Collection[int],
    log: aws_logs.ILogGroup,
) -> aws_ecs.TaskDefinition:
    """The task definition of a service, with the role that starts it and the role it runs with.

    One that runs on instances could run on Fargate as well: going back needs no new definition.
    """
    role = aws_iam.Role(
        scope,
        "Role",
        assumed_by=TASKS,
        description=f"What {service} may do while it runs",
    )
    tells_traces(role)
    task = aws_ecs.TaskDefinition(
        scope,
        "Task",
        compatibility=(
            aws_ecs.Compatibility.EC2_AND_FARGATE
            if size.runs_on == "instances"
            else aws_ecs.Compatibility.FARGATE
        ),
        network_mode=aws_ecs.NetworkMode.AWS_VPC,
        family=f"{environment_stack(scope).environment_name}-{service}",
        cpu=str(size.cpu),
        memory_mib=str(size.memory),
        execution_role=start_role(scope, service, foundation),
        task_role=role,
        runtime_platform=aws_ecs.RuntimePlatform(
            cpu_architecture=aws_ecs.CpuArchitecture.ARM64,
            operating_system_family=aws_ecs.OperatingSystemFamily.LINUX,
        ),
        volumes=[aws_ecs.Volume(name="scratch")],
    )
    acknowledge(
        task,
        "ECS2",
        because="Plain settings; secrets come from Secrets Manager.",
        owner=Owner.PLATFORM,
    )
    container = task.add_container(
        service,
        image=promoted_image(scope, service, foundation),
        environment=program_settings.plain(program, settings),
        secrets=program_settings.secret(program, secrets),
        readonly_root_filesystem=True,
        stop_timeout=LONGEST_STOP,
        port_mappings=[aws_ecs.PortMapping(container_port=port) for port in sorted(ports)],
        logging=aws_ecs.LogDriver.aws_logs(
            stream_prefix=service,
            log_group=log,
            # A log that cannot be delivered must not hold up a charging session.
            mode=aws_ecs.AwsLogDriverMode.NON_BLOCKING,
        ),
    )
    container.add_mount_points(
        aws_ecs.MountPoint(container_path="/tmp", source_volume="scratch", read_only=False)  # noqa: S108 — in the container
    )
    return task


def start_role(scope: Construct, service: str, foundation: Foundation) -> aws_iam.Role:
    """The role with which ECS starts a task whose image is in the registry of that name."""
    start = aws_iam.Role(
        scope,
        "StartRole",
        assumed_by=TASKS,
        description=f"Starts tasks of {service}: image, secrets, log",
    )
    foundation.cluster.registries[service].grant_pull(start)
    foundation.secrets.key.grant_decrypt(start)
    acknowledge(
        start,
        "IAM5",
        "Resource::*",
        because="ecr:GetAuthorizationToken takes no resource; images are granted one by one.",
        owner=Owner.PLATFORM,
    )
    return start


def promoted_image(
    scope: Construct, service: str, foundation: Foundation
) -> aws_ecs.ContainerImage:
    """The image by the digest that was promoted: deploying the stack again takes a new one up."""
    environment = environment_stack(scope).environment_name
    digest = CfnParameter(
        scope,
        "ImageDigest",
        type="AWS::SSM::Parameter::Value<String>",
        default=f"/fleetcharge/{environment}/{service}/image-digest",
        description=f"Parameter that names the digest of the image of {service}",
    )
    digest.override_logical_id("ImageDigest")
    registry = foundation.cluster.registries[service]
    return aws_ecs.ContainerImage.from_registry(
        f"{registry.repository_uri}@{digest.value_as_string}"
    )
