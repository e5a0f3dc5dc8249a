"""What a stack scales is told, and a service keeps within it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack, resources_of

pytestmark = pytest.mark.integration

NAMES = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/scaled/cart",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def _target() -> Resources:
    evening: Resources = {
        "ScheduledActionName": "Evening",
        "Schedule": "cron(0 20 ? * MON-FRI *)",
        "Timezone": "Europe/Berlin",
        "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": "0"},
    }
    return {
        **NAMES,
        "MinCapacity": "2",
        "MaxCapacity": 4,
        "ScheduledActions": [evening],
        "Tags": [{"Key": "colour", "Value": "red"}],
    }


def _policy() -> Resources:
    return {
        "PolicyName": "processor",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "Target"},
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 60,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
        },
    }


def test_targets_policies_and_actions_are_told_for_as_long_as_their_stack_has_them(
    control_plane: ControlPlane,
) -> None:
    target, policy = _target(), _policy()
    types = {"Target": ("ScalableTarget", target), "Policy": ("ScalingPolicy", policy)}
    resources = resources_of(
        {name: (f"ApplicationAutoScaling::{kind}", of) for name, (kind, of) in types.items()}
    )
    stack, scaling = (
        Stack(control_plane, "scaling"),
        control_plane.client("application-autoscaling"),
    )
    assert stack.create(resources) == "CREATE_COMPLETE", stack.reasons()
    assert control_plane.recorded("scaling") == []

    def told() -> dict[str, Any]:
        [found] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        return dict(found)

    assert (told()["MinCapacity"], told()["MaxCapacity"]) == (2, 4)
    [found] = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert found["ResourceId"] == NAMES["ResourceId"]
    assert found["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60
    [action] = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert action["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}

    arn, physical_id = told()["ScalableTargetARN"], stack.physical_id("Target")
    target["Tags"] = [{"Key": "release", "Value": "2"}]
    assert stack.update(resources) == "UPDATE_COMPLETE", stack.reasons()
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"release": "2"}
    target["MaxCapacity"] = 6
    del target["ScheduledActions"]
    assert stack.update(resources) == "UPDATE_COMPLETE", stack.reasons()
    assert (told()["MaxCapacity"], told()["ScalableTargetARN"]) == (6, arn)
    assert stack.physical_id("Target") == physical_id
    assert not scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]

    assert stack.delete() == "DELETE_COMPLETE"
    assert not scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert not scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]


def test_a_service_keeps_within_its_target_and_follows_its_schedule(
    control_plane: ControlPlane,
) -> None:
    ecs, scaling = control_plane.client("ecs"), control_plane.client("application-autoscaling")
    ecs.create_cluster(clusterName="scaled")
    container = {"name": "cart", "image": "shop/none", "memory": 64}
    ecs.register_task_definition(family="cart", containerDefinitions=[container])
    ecs.create_service(cluster="scaled", serviceName="cart", taskDefinition="cart", desiredCount=0)

    def desired() -> int:
        found = ecs.describe_services(cluster="scaled", services=["cart"])["services"]
        count: int = found[0]["desiredCount"]
        return count

    scaling.register_scalable_target(**NAMES, MinCapacity=1, MaxCapacity=2)
    _until(lambda: desired() == 1)
    scaling.put_scheduled_action(
        **NAMES,
        ScheduledActionName="soon",
        Schedule=time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() + 1)),
        ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 0},
    )
    _until(lambda: desired() == 0)
    [told] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (told["MinCapacity"], told["MaxCapacity"]) == (0, 0)

    with pytest.raises(ClientError, match="'at noon' is none"):
        scaling.put_scheduled_action(**NAMES, ScheduledActionName="noon", Schedule="at noon")
    noon = {"ScheduledActionName": "noon", "Schedule": "cron(0 12 * * ? *)"}
    with pytest.raises(ClientError, match="'Europe/Shop' is none"):
        scaling.put_scheduled_action(**NAMES, **noon, Timezone="Europe/Shop")
    scaling.deregister_scalable_target(**NAMES)
    assert not scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    ecs.delete_service(cluster="scaled", service="cart", force=True)


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it does not come to be"
        time.sleep(0.05)
