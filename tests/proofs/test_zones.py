"""What a lost zone takes along, computed: of small stages, and of ours."""

from typing import Any

from proofs import zones
from proofs.assembly import Json, Stage
from proofs.zones import Expected, Spread, faults, spreads
from tests.proofs.stages import resource, stage

LIVE = Expected(("live",), {})


def reference(id_: str) -> Json:
    return {"Ref": id_}


def subnet(zone: str) -> Json:
    return resource("AWS::EC2::Subnet", AvailabilityZone=zone)


def service(*subnets: str, tasks: int) -> Json:
    configuration = {"AwsvpcConfiguration": {"Subnets": [reference(id_) for id_ in subnets]}}
    return resource("AWS::ECS::Service", NetworkConfiguration=configuration, DesiredCount=tasks)


def network(gateway_of_b: str, **others: Any) -> Stage:
    """Two zones; the way out of b is through the gateway of that name."""
    way_out = {
        "GatewayA": resource("AWS::EC2::NatGateway", SubnetId=reference("A")),
        "GatewayB": resource("AWS::EC2::NatGateway", SubnetId=reference("B")),
        "TableOfB": resource(
            "AWS::EC2::SubnetRouteTableAssociation",
            RouteTableId=reference("Table"),
            SubnetId=reference("B"),
        ),
        "Out": resource(
            "AWS::EC2::Route",
            RouteTableId=reference("Table"),
            NatGatewayId=reference(gateway_of_b),
        ),
    }
    return stage(network={"A": subnet("a"), "B": subnet("b"), **way_out, **others})


def test_a_service_with_a_task_in_another_zone_goes_on() -> None:
    built = network("GatewayB", Web=service("A", "B", tasks=3))
    assert spreads(built) == [Spread("network/Web", zones=2, least=3, left=1)]
    assert list(faults(built, LIVE)) == []


def test_one_task_and_one_zone_are_told() -> None:
    one = network("GatewayB", Web=service("A", "B", tasks=1))
    assert list(faults(one, LIVE)) == ["network/Web: nothing of it is left when a zone is gone"]
    crowded = network("GatewayB", Web=service("A", tasks=4))
    assert list(faults(crowded, LIVE)) == [
        "network/Web (AWS::ECS::Service) is not in b",
        "network/Web: nothing of it is left when a zone is gone",
    ]


def test_a_way_out_through_another_zone_is_told() -> None:
    assert list(faults(network("GatewayA"), LIVE)) == [
        "b has its way out through network/GatewayA, which is in a"
    ]


def test_a_database_of_one_instance_is_told_and_of_two_is_not() -> None:
    cluster = {
        "Cluster": resource("AWS::RDS::DBCluster"),
        "Group": resource("AWS::RDS::DBSubnetGroup", SubnetIds=[reference("A"), reference("B")]),
    }
    instance = resource("AWS::RDS::DBInstance", DBClusterIdentifier=reference("Cluster"))
    [alone] = faults(network("GatewayB", **cluster, Writer=instance), LIVE)
    assert alone == "network/Cluster: nothing of it is left when a zone is gone"
    both = network("GatewayB", **cluster, Writer=instance, Reader=instance)
    assert list(faults(both, LIVE)) == []


def test_what_may_be_away_has_its_reason_and_no_other_has() -> None:
    built = network("GatewayB", Web=service("A", "B", tasks=1))
    assert list(faults(built, Expected(("live",), {"network/Web": "started again"}))) == []
    assert list(faults(built, Expected(("qa",), {}))) == [], "it need not go on"
    well = network("GatewayB", Web=service("A", "B", tasks=2))
    needless = Expected(("live",), {"network/Web": "started again"})
    assert list(faults(well, needless)) == ["zones.toml: network/Web needs no reason"]


def test_live_goes_on_without_any_one_of_its_zones(stages: dict[str, Stage]) -> None:
    assert list(faults(stages["live"], zones.read())) == []
    left = {spread.place.partition("/")[0]: spread.left for spread in spreads(stages["live"])}
    assert left["charging"] >= 2, "two of three"
