"""Prometheus: what charging and billing count, in more detail than CloudWatch keeps."""

from pathlib import Path
from string import Template
from typing import cast

from aws_cdk import Size, aws_ec2, aws_ecs, aws_iam
from constructs import Construct

from contracts import routes
from stacks.common.foundation import Foundation
from stacks.common.network import API_PORT
from stacks.common.supporting_groups import PROMETHEUS_PORT
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment, Metrics
from stacks.supporting.supporting_service import SupportingService

CONFIGURATION = Path(__file__).parent / "prometheus" / "prometheus.yaml"
VOLUMES = "service-role/AmazonECSInfrastructureRolePolicyForVolumes"
FULL = 0.8
"""Of the volume, from which the oldest is dropped: compaction needs room as well."""


class MetricsStack(EnvironmentStack):
    """One task with an EBS volume of its own, which ECS makes and removes with the task.

    So a new task starts empty. It can: CloudWatch has the same counts, and keeps them.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        size: Metrics,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        volume = aws_ecs.ServiceManagedVolume(
            self,
            "Volume",
            name="metrics",
            managed_ebs_volume=aws_ecs.ServiceManagedEBSVolumeConfiguration(
                encrypted=True,
                volume_type=aws_ec2.EbsDeviceVolumeType.GP3,
                size=Size.gibibytes(size.volume_gib),
                file_system_type=aws_ecs.FileSystemType.EXT4,
                role=self._volume_role(foundation),
                tag_specifications=[
                    aws_ecs.EBSTagSpecification(
                        propagate_tags=aws_ecs.EbsPropagatedTagSource.SERVICE
                    )
                ],
            ),
        )
        prometheus = SupportingService(
            self,
            "Prometheus",
            foundation=foundation,
            command=(
                "/bin/prometheus --config.file=/tmp/prometheus.yaml"
                " --storage.tsdb.path=/prometheus/data"
                f" --storage.tsdb.retention.time={size.kept_days}d"
                f" --storage.tsdb.retention.size={int(size.volume_gib * FULL * 1024)}MB"
            ),
            files={"/tmp/prometheus.yaml": self._configuration()},  # noqa: S108 — in the container
            environment={},
            port=PROMETHEUS_PORT,
            health="/-/ready",
            cpu=256,
            memory=1024,
            volume=aws_ecs.Volume(name=volume.name, configured_at_launch=True),
            mounted_at="/prometheus",
            security_group=foundation.network.supporting.prometheus,
        )
        prometheus.service.add_volume(volume)
        # The construct cuts the key's id out of its ARN, which is a reference to another stack.
        cast(
            "aws_ecs.CfnService", prometheus.service.node.find_child("Service")
        ).add_property_override(
            "VolumeConfigurations.0.ManagedEBSVolume.KmsKeyId", foundation.secrets.key.key_arn
        )

    def _configuration(self) -> str:
        return Template(CONFIGURATION.read_text(encoding="utf-8")).substitute(
            environment=self.environment_name,
            names=f"{self.environment_name}.internal",
            metrics_path=routes.METRICS,
            port=API_PORT,
            own_port=PROMETHEUS_PORT,
        )

    def _volume_role(self, foundation: Foundation) -> aws_iam.Role:
        role = aws_iam.Role(
            self,
            "VolumeRole",
            assumed_by=aws_iam.ServicePrincipal("ecs.amazonaws.com"),
            description="Makes, attaches and removes the volume of the task",
        )
        role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(VOLUMES))
        acknowledge(
            role,
            "IAM4",
            f"Policy::arn:<AWS::Partition>:iam::aws:policy/{VOLUMES}",
            because="Only ECS takes the role; it reaches volumes alone that ECS has tagged.",
            owner=Owner.PLATFORM,
        )
        key = foundation.secrets.key
        key.grant(role, "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext")
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["kms:CreateGrant"],
                resources=[key.key_arn],
                conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            )
        )
        return role
