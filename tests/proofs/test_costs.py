from decimal import Decimal

import pytest

from proofs.assembly import Json, Stage
from proofs.costs import faults, items, total
from tests.proofs.stages import resource, stage

NAT = "AWS::EC2::NatGateway"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"


def lines(**resources: Json) -> list[str]:
    built = stage(it=resources)
    (stack,) = built.stacks
    return [f"{item} = {item.monthly}" for item in items(built, stack)]


def at(schedule: str, least: int) -> Json:
    return {"Schedule": schedule, "ScalableTargetAction": {"MinCapacity": least}}


WORKING_DAYS = [at("cron(0 8 ? * MON-FRI *)", 2), at("cron(0 20 ? * MON-FRI *)", 0)]


def test_what_is_paid_by_use_costs_nothing_to_leave_on() -> None:
    assert lines(Queue=resource("AWS::SQS::Queue")) == []


def test_what_is_paid_by_the_hour_is_paid_for_730() -> None:
    assert lines(One=resource(NAT), Other=resource(NAT)) == [
        "2 × NAT gateway × 0.052 × 730 h = 75.92"
    ]


def test_a_public_load_balancer_has_an_address_in_each_zone() -> None:
    public = resource(BALANCER, Scheme="internet-facing", Subnets=["a", "b", "c"])
    private = resource(BALANCER, Scheme="internal", Subnets=["a", "b", "c"])
    assert lines(Public=public, Private=private) == [
        "2 × application load balancer × 0.027 × 730 h = 39.42",
        "3 × public IPv4 address of a load balancer, by zone × 0.005 × 730 h = 10.95",
    ]


def test_a_key_that_is_rotated_costs_more() -> None:
    assert len(lines(Key=resource("AWS::KMS::Key"))) == 1
    rotated = lines(Key=resource("AWS::KMS::Key", EnableKeyRotation=True))
    assert [line.rsplit(" = ")[-1] for line in rotated] == ["1.00", "2.00"]


def test_tasks_count_at_the_least_that_autoscaling_leaves() -> None:
    found = lines(
        Task=resource("AWS::ECS::TaskDefinition", Cpu="512", Memory="1024"),
        Target=resource(TARGET, MinCapacity=2),
    )
    assert found == [
        "1 × vCPU of Graviton on Fargate × 0.03725 × 730 h = 27.19",
        "2 × GB of Graviton on Fargate × 0.00409 × 730 h = 5.97",
    ]


def test_tasks_cost_nothing_out_of_hours() -> None:
    found = lines(
        Task=resource("AWS::ECS::TaskDefinition", Cpu="512", Memory="1024"),
        Target=resource(TARGET, MinCapacity=2, ScheduledActions=WORKING_DAYS),
    )
    # 5 × 12 of 168 hours
    assert found[0] == "1 × vCPU of Graviton on Fargate × 0.03725 × 260.71 h = 9.71"


def test_a_schedule_of_another_form_is_refused() -> None:
    rate = at("rate(1 day)", 0)
    with pytest.raises(ValueError, match=r"rate\(1 day\): only cron"):
        lines(Target=resource(TARGET, MinCapacity=2, ScheduledActions=[rate]))


def on_machines(tasks: int, machine: str = "m7g.large") -> Stage:
    disk = {"Ebs": {"VolumeSize": 50}}
    template = {"InstanceType": machine, "BlockDeviceMappings": [disk]}
    return stage(
        cluster={"Template": resource("AWS::EC2::LaunchTemplate", LaunchTemplateData=template)},
        charging={
            "Service": resource("AWS::ECS::Service", CapacityProviderStrategy=[{"Weight": 1}]),
            "Task": resource("AWS::ECS::TaskDefinition", Cpu="512", Memory="1024"),
            "Target": resource(TARGET, MinCapacity=tasks),
        },
    )


@pytest.mark.parametrize(("tasks", "machines"), [(1, 1), (2, 1), (3, 2)])
def test_machines_count_as_many_as_the_network_interfaces_of_tasks_need(
    tasks: int, machines: int
) -> None:
    built = on_machines(tasks)
    found = [str(item) for item in items(built, built.stacks[1]) if "Insights" not in item.what]
    assert found == [
        f"{machines} × machine m7g.large, 2 tasks on each × 0.0978 × 730 h",
        f"{50 * machines} × GB of a machine's disk (gp3) × 0.0952",
    ]


def database(minimum: float) -> dict[str, Json]:
    scaling = {"MinCapacity": minimum, "MaxCapacity": 16}
    return {
        "Cluster": resource("AWS::RDS::DBCluster", ServerlessV2ScalingConfiguration=scaling),
        "Writer": resource("AWS::RDS::DBInstance"),
        "Reader": resource("AWS::RDS::DBInstance"),
    }


def test_a_database_that_pauses_costs_nothing_while_no_task_is_connected() -> None:
    assert lines(**database(0)) == []


def test_a_database_that_pauses_is_awake_while_there_is_a_task() -> None:
    target = resource(TARGET, MinCapacity=2, ScheduledActions=WORKING_DAYS)
    (line,) = lines(**database(0), Target=target)
    assert line == "1 × Aurora capacity unit × 0.14 × 260.71 h = 36.50"


def test_each_instance_of_a_database_keeps_the_least_capacity() -> None:
    built = stage(it=database(0.5))
    (item,) = items(built, built.stacks[0])
    assert str(item) == "1 × Aurora capacity unit × 0.14 × 730 h"
    assert total([item, item]) == Decimal("204.40")


def test_a_type_that_nobody_priced_is_told_with_where_to_write_its_price() -> None:
    (fault,) = faults(stage(it={"Files": resource("AWS::EFS::Unpriced")}))
    assert fault.startswith("live: AWS::EFS::Unpriced has no price.")
    assert "add a [[price]] with its type to prices.toml" in fault


def test_a_machine_that_nobody_priced_is_told() -> None:
    (fault,) = faults(on_machines(1, "x9z.tiny"))
    assert fault == "live: x9z.tiny has no price: add [machines.'x9z.tiny'] to prices.toml"


def test_everything_deployed_has_a_price(stages: dict[str, Stage]) -> None:
    assert [fault for one in stages.values() for fault in faults(one)] == []
