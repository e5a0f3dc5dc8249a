"""Machines of our own in the cluster, beside Fargate."""

from typing import cast

from aws_cdk import Duration, aws_autoscaling, aws_ec2, aws_ecs, aws_iam
from constructs import Construct

from stacks.common.network import PRIVATE
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import environment_stack
from stacks.environments import Instances

DISK_GB = 50
LIFETIME = Duration.days(14)
"""Of a machine: none is older, nor what it started with."""
REPORTS = [
    "ecs:DeregisterContainerInstance",
    "ecs:RegisterContainerInstance",
    "ecs:SubmitAttachmentStateChanges",
    "ecs:SubmitContainerStateChange",
    "ecs:SubmitTaskStateChange",
]
"""What the ECS agent of a machine tells its cluster."""
IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"


class ClusterInstances(Construct):
    """A group of machines that is as large as the tasks on it need.

    Rules: private subnets in all zones; Graviton; the newest image of ECS when it starts; metadata
    by version 2 only, and not for tasks; an encrypted disk; none is older than `LIFETIME`, and its
    successor is there before it goes; whatever ends one, its tasks are moved first.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        size: Instances,
        cluster: aws_ecs.Cluster,
        security_group: aws_ec2.ISecurityGroup,
    ) -> None:
        super().__init__(scope, name)
        role = self._role(cluster.cluster_arn)
        group = aws_autoscaling.AutoScalingGroup(
            self,
            "Group",
            vpc=cluster.vpc,
            vpc_subnets=PRIVATE,
            launch_template=self._launch_template(size, security_group, role),
            min_capacity=0,
            max_capacity=size.maximum,
            max_instance_lifetime=LIFETIME,
        )
        cast(
            "aws_autoscaling.CfnAutoScalingGroup", group.node.default_child
        ).instance_maintenance_policy = (
            aws_autoscaling.CfnAutoScalingGroup.InstanceMaintenancePolicyProperty(
                min_healthy_percentage=100, max_healthy_percentage=200
            )
        )
        acknowledge(
            group,
            "AS3",
            because="Machines come and go with tasks; who is on call hears of tasks.",
            owner=Owner.PLATFORM,
        )
        self.provider = aws_ecs.AsgCapacityProvider(
            self,
            "Provider",
            capacity_provider_name=f"{environment_stack(self).environment_name}-instances",
            auto_scaling_group=group,
            enable_managed_scaling=True,
            # A machine that is protected from scaling in is not replaced when it is old either.
            enable_managed_termination_protection=False,
            enable_managed_draining=True,
            target_capacity_percent=100,
        )
        cluster.add_asg_capacity_provider(self.provider)

    def _role(self, cluster: str) -> aws_iam.IRole:
        """What the ECS agent does; images are pulled and logs written by the roles of tasks.

        The capacity provider would allow it more.
        """
        role = aws_iam.Role(
            self,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("ec2.amazonaws.com"),
            description="A machine's own part in the cluster; what tasks may do is theirs",
        )
        role.add_to_policy(aws_iam.PolicyStatement(actions=REPORTS, resources=[cluster]))
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["ecs:Poll", "ecs:StartTelemetrySession"],
                resources=["*"],
                conditions={"ArnEquals": {"ecs:cluster": cluster}},
            )
        )
        role.add_to_policy(
            aws_iam.PolicyStatement(actions=["ecs:DiscoverPollEndpoint"], resources=["*"])
        )
        acknowledge(
            role,
            "IAM5",
            "Resource::*",
            because="What the ECS agent asks for takes no resource but the cluster.",
            owner=Owner.PLATFORM,
        )
        return role.without_policy_updates()

    def _launch_template(
        self, size: Instances, security_group: aws_ec2.ISecurityGroup, role: aws_iam.IRole
    ) -> aws_ec2.LaunchTemplate:
        start = aws_ec2.UserData.for_linux()
        # A task has an interface of its own, which the limit of hops does not keep from metadata.
        start.add_commands("echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config")
        return aws_ec2.LaunchTemplate(
            self,
            "Template",
            instance_type=aws_ec2.InstanceType(size.type),
            machine_image=aws_ec2.MachineImage.resolve_ssm_parameter_at_launch(IMAGE),
            user_data=start,
            role=role,
            security_group=security_group,
            require_imdsv2=True,
            http_put_response_hop_limit=1,
            detailed_monitoring=True,
            block_devices=[
                aws_ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=aws_ec2.BlockDeviceVolume.ebs(
                        DISK_GB, encrypted=True, volume_type=aws_ec2.EbsDeviceVolumeType.GP3
                    ),
                )
            ],
        )
