from decimal import Decimal

from proofs.assembly import Json
from proofs.costs import items, total
from tests.proofs.stages import resource, stage

NAT = "AWS::EC2::NatGateway"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def lines(**resources: Json) -> list[str]:
    (stack,) = stage(it=resources).stacks
    return [f"{item} = {item.monthly}" for item in items(stack)]


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


def test_tasks_count_at_the_least_that_autoscaling_leaves() -> None:
    found = lines(
        Task=resource("AWS::ECS::TaskDefinition", Cpu="512", Memory="1024"),
        Target=resource("AWS::ApplicationAutoScaling::ScalableTarget", MinCapacity=2),
    )
    assert found == [
        "1 × vCPU of Graviton on Fargate × 0.03725 × 730 h = 27.19",
        "2 × GB of Graviton on Fargate × 0.00409 × 730 h = 5.97",
    ]


def database(minimum: float) -> dict[str, Json]:
    scaling = {"MinCapacity": minimum, "MaxCapacity": 16}
    return {
        "Cluster": resource("AWS::RDS::DBCluster", ServerlessV2ScalingConfiguration=scaling),
        "Writer": resource("AWS::RDS::DBInstance"),
        "Reader": resource("AWS::RDS::DBInstance"),
    }


def test_a_database_that_pauses_costs_nothing_while_it_does() -> None:
    assert lines(**database(0)) == []


def test_each_instance_of_a_database_keeps_the_least_capacity() -> None:
    (stack,) = stage(it=database(0.5)).stacks
    (item,) = items(stack)
    assert str(item) == "1 × Aurora capacity unit × 0.14 × 730 h"
    assert total([item, item]) == Decimal("204.40")
