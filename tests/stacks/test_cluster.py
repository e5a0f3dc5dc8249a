"""Registries of images, and machines for the tasks."""

from stacks.environments import Environment
from tests.stacks.assembly import Assembly, values_of


def test_images_are_scanned_and_never_overwritten(
    assembly: Assembly, environment: Environment
) -> None:
    registries = [
        b["Properties"] for b in assembly["cluster"].of_type("AWS::ECR::Repository").values()
    ]
    assert {r["RepositoryName"] for r in registries} == {
        "fleetcharge/charging",
        "fleetcharge/billing",
        *(f"fleetcharge/{name}" for name in environment.supporting.images()),
    }
    for registry in registries:
        assert registry["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert registry["ImageTagMutability"] == "IMMUTABLE"
        assert registry["LifecyclePolicy"]


def test_machines_are_protected_and_as_many_as_the_tasks_need(
    assembly: Assembly, environment: Environment
) -> None:
    cluster = assembly["cluster"]
    groups = cluster.of_type("AWS::AutoScaling::AutoScalingGroup")
    assert len(groups) == (1 if environment.instances else 0)
    if environment.instances is None:
        return
    group = cluster.only("AWS::AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == ("0", str(environment.instances.maximum))
    assert len(group["VPCZoneIdentifier"]) == 3
    assert all("privateSubnet" in str(subnet) for subnet in group["VPCZoneIdentifier"])
    machine = cluster.only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert machine["InstanceType"] == environment.instances.type
    assert machine["ImageId"].startswith("resolve:ssm:/aws/service/ecs/optimized-ami/")
    assert machine["ImageId"].endswith("/arm64/recommended/image_id")
    assert machine["MetadataOptions"]["HttpTokens"] == "required"
    assert machine["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert "ECS_AWSVPC_BLOCK_IMDS=true" in str(machine["UserData"])
    (disk,) = machine["BlockDeviceMappings"]
    assert disk["Ebs"]["Encrypted"] is True
    provider = cluster.only("AWS::ECS::CapacityProvider")["AutoScalingGroupProvider"]
    assert provider["ManagedScaling"]["Status"] == "ENABLED"


def test_a_machine_gets_old_in_two_weeks_and_its_successor_has_the_newest_image(
    assembly: Assembly, environment: Environment
) -> None:
    if environment.instances is None:
        return
    cluster = assembly["cluster"]
    group = cluster.only("AWS::AutoScaling::AutoScalingGroup")
    assert group["MaxInstanceLifetime"] == 14 * 24 * 3600
    # Auto Scaling passes over what is protected from scaling in, however old.
    assert not group.get("NewInstancesProtectedFromScaleIn")
    provider = cluster.only("AWS::ECS::CapacityProvider")["AutoScalingGroupProvider"]
    assert provider["ManagedTerminationProtection"] == "DISABLED"
    # The tasks move before it goes, and the next machine is there before that.
    assert provider["ManagedDraining"] == "ENABLED"
    assert group["InstanceMaintenancePolicy"] == {
        "MinHealthyPercentage": 100,
        "MaxHealthyPercentage": 200,
    }
    template = cluster.only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert template["ImageId"].startswith("resolve:ssm:"), "resolved when a machine starts"


def test_a_machine_may_do_what_its_agent_does_and_nothing_more(
    assembly: Assembly, environment: Environment
) -> None:
    if environment.instances is None:
        return
    policies = assembly["cluster"].of_type("AWS::IAM::Policy")
    (policy,) = (body for id_, body in policies.items() if id_.startswith("InstancesRole"))
    granted = list(values_of(policy, "Action"))
    assert {action for one in granted for action in ([one] if isinstance(one, str) else one)} == {
        "ecs:DeregisterContainerInstance",
        "ecs:DiscoverPollEndpoint",
        "ecs:Poll",
        "ecs:RegisterContainerInstance",
        "ecs:StartTelemetrySession",
        "ecs:SubmitAttachmentStateChanges",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
    }
