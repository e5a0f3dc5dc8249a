"""What of a stage goes on when one of its zones is gone.

No embedded AWS can lose a zone, so it is computed: every service, load balancer, group of machines
and database spans zones by its subnets, and what one zone has at most of it is taken away.
"""

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs.assembly import Json, Resource, Stack, Stage
from proofs.references import named

FILE = Path(__file__).parent / "zones.toml"
SUBNETS_OF = {
    "AWS::AutoScaling::AutoScalingGroup": ("VPCZoneIdentifier",),
    "AWS::ECS::Service": ("NetworkConfiguration", "AwsvpcConfiguration", "Subnets"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Subnets",),
    "AWS::RDS::DBSubnetGroup": ("SubnetIds",),
}
"""Where a type names the subnets that it is spread over."""
_SCALED = "AWS::ApplicationAutoScaling::ScalableTarget"


@dataclass(frozen=True)
class Expected:
    """Which stages must go on at once, and what of them may be away for a while."""

    stages: tuple[str, ...]
    away: Mapping[str, str]
    """Reason by the place of a service."""


@dataclass(frozen=True)
class Spread:
    """One resource over zones; `left` of its `least` tasks or instances when one zone is gone."""

    place: str
    zones: int
    least: int
    left: int


def read(file: Path = FILE) -> Expected:
    """From the file beside this one."""
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return Expected(
        tuple(content["stages"]), {one["place"]: one["because"] for one in content["away"]}
    )


def spreads(stage: Stage) -> list[Spread]:
    """Services and database clusters: the least that runs, and what is left of it.

    ECS and Aurora spread evenly over the zones that they are given.
    """
    found = []
    for stack in stage.stacks:
        for resource in stack.resources:
            if resource.type == "AWS::ECS::Service":
                zones = len(_zones_of(stage, resource))
                found.append(_spread(resource, zones, _least_tasks(stack, resource)))
            elif resource.type == "AWS::RDS::DBCluster":
                groups = (r for r in stack.resources if r.type == "AWS::RDS::DBSubnetGroup")
                zones = min((len(_zones_of(stage, group)) for group in groups), default=0)
                found.append(_spread(resource, zones, _instances(stack, resource)))
    return found


def faults(stage: Stage, expected: Expected) -> Iterator[str]:
    """What a lost zone takes with it that must go on; a reason that nothing needs."""
    if stage.name not in expected.stages:
        return
    every = set(_zones(stage).values())
    for resource in stage.resources:
        if resource.type in SUBNETS_OF and (missing := every - _zones_of(stage, resource)):
            yield f"{resource.place} ({resource.type}) is not in {', '.join(sorted(missing))}"
    for gateway, zone, elsewhere in _ways_out(stage):
        yield f"{zone} has its way out through {gateway}, which is in {elsewhere}"
    for spread in spreads(stage):
        if spread.left < 1 and spread.place not in expected.away:
            yield f"{spread.place}: nothing of it is left when a zone is gone"
        if spread.left >= 1 and spread.place in expected.away:
            yield f"{FILE.name}: {spread.place} needs no reason"


def _spread(resource: Resource, zones: int, least: int) -> Spread:
    return Spread(resource.place, zones, least, least - math.ceil(least / max(zones, 1)))


def _least_tasks(stack: Stack, service: Resource) -> int:
    scaled = [
        resource.properties["MinCapacity"]
        for resource in stack.resources
        if resource.type == _SCALED
        and service.logical_id in named(resource.properties["ResourceId"])
    ]
    return int(min(scaled, default=service.properties.get("DesiredCount", 1)))


def _instances(stack: Stack, cluster: Resource) -> int:
    return sum(
        resource.type == "AWS::RDS::DBInstance"
        and cluster.logical_id in named(resource.properties.get("DBClusterIdentifier"))
        for resource in stack.resources
    )


def _ways_out(stage: Stage) -> Iterator[tuple[str, str, str]]:
    """Gateway, zone that it serves, and zone that it is in, where these differ."""
    for stack in stage.stacks:
        by_id = {resource.logical_id: resource for resource in stack.resources}
        tables = {
            _one(r.properties["RouteTableId"]): _one(r.properties["SubnetId"])
            for r in stack.resources
            if r.type == "AWS::EC2::SubnetRouteTableAssociation"
        }
        for route in stack.resources:
            if route.type != "AWS::EC2::Route" or "NatGatewayId" not in route.properties:
                continue
            gateway = by_id[_one(route.properties["NatGatewayId"])]
            served = by_id[tables[_one(route.properties["RouteTableId"])]]
            there = by_id[_one(gateway.properties["SubnetId"])]
            zones = [subnet.properties["AvailabilityZone"] for subnet in (served, there)]
            if zones[0] != zones[1]:
                yield gateway.place, zones[0], zones[1]


def _zones_of(stage: Stage, resource: Resource) -> set[str]:
    node: Any = resource.properties
    for name in SUBNETS_OF[resource.type]:
        node = node.get(name, {})
    zones = _zones(stage)
    own = {stack.name: stack.stack_name for stack in stage.stacks}[resource.stack]
    return {zones[subnet] for reference in node for subnet in _subnets(stage, own, reference)}


def _zones(stage: Stage) -> dict[tuple[str, str], str]:
    """The zone of each subnet, by stack name and logical id."""
    return {
        (stack.stack_name, resource.logical_id): resource.properties["AvailabilityZone"]
        for stack in stage.stacks
        for resource in stack.resources
        if resource.type == "AWS::EC2::Subnet"
    }


def _subnets(stage: Stage, own: str, reference: Json) -> Iterator[tuple[str, str]]:
    """Where a subnet that is referred to stands; by a reference to another stack, or its own."""
    if output := reference.get("Fn::GetStackOutput"):
        [other] = [stack for stack in stage.stacks if stack.stack_name == output["StackName"]]
        value = other.template["Outputs"][output["OutputName"]]["Value"]
        yield from ((other.stack_name, id_) for id_ in named(value))
    else:
        yield from ((own, id_) for id_ in named(reference))


def _one(node: Any) -> str:
    [id_] = named(node)
    return id_
