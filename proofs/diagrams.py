"""Diagrams made from the assembly, in Mermaid: small, and the same for the same assembly."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from proofs.assembly import Resource, Stack, Stage
from proofs.mermaid import flowchart, group, id_of, node, wrapped
from proofs.references import Taken

RULES_OF_IN = "AWS::EC2::SecurityGroupIngress"
EVERY_PORT = "every port"


def order(stage: Stage, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """The stacks in the order of deployment: an arrow leads to what waits.

    Stacks of a place that wait for the same and are waited for by the same are one box. `names`
    are those of accounts.
    """
    home, _ = Counter(_region(stack) for stack in stage.stacks).most_common(1)[0]
    after = {stack.name: set(stack.after) for stack in stage.stacks}
    nearest = {name: _nearest(waits, after) for name, waits in after.items()}
    alike: dict[tuple[str, ...], list[Stack]] = {}
    for stack in stage.stacks:
        before = sorted(nearest[stack.name])
        behind = sorted(name for name, waits in nearest.items() if stack.name in waits)
        key = (stack.target, ",".join(before), ",".join(behind))
        alike.setdefault(key, []).append(stack)
    box = {one.name: ", ".join(s.name for s in same) for same in alike.values() for one in same}
    accounts: dict[str, list[str]] = {}
    for stack, *_ in alike.values():
        away = "" if _region(stack) == home else f"in {_region(stack)}"
        account = stack.target.removeprefix("aws://").partition("/")[0]
        accounts.setdefault(account, []).append(node(box[stack.name], away))
    lines: list[str] = []
    for account, boxes in accounts.items():
        lines += group(names.get(account, account), boxes) if len(accounts) > 1 else boxes
    arrows = {
        f"{id_of(box[first])} --> {id_of(box[stack])}": None
        for stack, waits in nearest.items()
        for first in sorted(waits)
    }
    return flowchart("LR", [*lines, *arrows])


def surroundings(stack: str, takings: Sequence[Taken]) -> str:
    """What a stack takes of each other one, and who takes what of it, those alike together."""
    taken: dict[str, dict[str, None]] = {}
    given: dict[str, dict[str, None]] = {}
    for one in takings:
        if one.by == stack:
            taken.setdefault(one.of, {})[one.what.split("/")[0]] = None
        if one.of == stack:
            given.setdefault(one.by, {})[one.what.split("/")[0]] = None
    alike: dict[tuple[str, ...], list[str]] = {}
    for taker, its in given.items():
        alike.setdefault(tuple(its), []).append(taker)
    lines = [node(stack)]
    for giver, its in taken.items():
        lines += [node(giver, *wrapped(its)), f"{id_of(giver)} --> {id_of(stack)}"]
    for things, takers in alike.items():
        both = "<br/>".join(wrapped(takers))
        lines += [node(both, *wrapped(things)), f"{id_of(stack)} --> {id_of(both)}"]
    return flowchart("LR", lines) if taken or given else ""


def traffic(stack: Stack) -> str:
    """Who may open a connection to whom: the rules between security groups."""
    groups = {r.logical_id: r for r in stack.resources if r.type == "AWS::EC2::SecurityGroup"}
    rules = sorted(
        {
            (
                _source(rule.properties, groups),
                _group_name(rule.properties["GroupId"], groups),
                port,
            )
            for rule in stack.resources
            if rule.type == RULES_OF_IN
            for port in [_port(rule.properties)]
        }
    )
    ports: dict[tuple[str, str], list[str]] = {}
    for source, target, port in rules:
        ports.setdefault((source, target), []).append(port)
    names = dict.fromkeys(name for pair in ports for name in pair)
    arrows = [
        f'{id_of(source)} -- "{", ".join(found)}" --> {id_of(target)}'
        for (source, target), found in ports.items()
    ]
    return flowchart("LR", [*map(node, names), *arrows])


def routes(stack: Stack) -> str:
    """The kinds of subnets, their zones and ranges, and their way out."""
    ways = {
        _kind(r): _way(r.properties)
        for r in stack.resources
        if r.type == "AWS::EC2::Route" and r.properties.get("DestinationCidrBlock") == "0.0.0.0/0"
    }
    kinds: dict[str, list[str]] = {}
    for subnet in stack.resources:
        if subnet.type == "AWS::EC2::Subnet":
            zone = f"{subnet.properties['AvailabilityZone']} {subnet.properties['CidrBlock']}"
            kinds.setdefault(_kind(subnet), []).append(zone)
    lines: list[str] = []
    for kind, zones in kinds.items():
        lines += group(kind, (node(zone) for zone in zones))
        lines.append(f"{id_of(kind)} --> {id_of(ways.get(kind, 'no way out'))}")
    return flowchart("LR", [*map(node, dict.fromkeys([*ways.values(), "no way out"])), *lines])


def _kind(resource: Resource) -> str:
    """``public`` of ``Vpc/publicSubnet1/Subnet``."""
    return re.sub(r"Subnet\d+.*", "", resource.path.split("/", 1)[1]) + " subnets"


def _way(properties: Mapping[str, Any]) -> str:
    return "NAT gateway" if "NatGatewayId" in properties else "internet gateway"


def _source(properties: Mapping[str, Any], groups: Mapping[str, Resource]) -> str:
    if "SourceSecurityGroupId" in properties:
        return _group_name(properties["SourceSecurityGroupId"], groups)
    return "CloudFront" if "SourcePrefixListId" in properties else str(properties["CidrIp"])


def _group_name(reference: Mapping[str, Any], groups: Mapping[str, Resource]) -> str:
    return groups[reference["Fn::GetAtt"][0]].place.split("/", 1)[1]


def _port(properties: Mapping[str, Any]) -> str:
    first, last = properties.get("FromPort"), properties.get("ToPort")
    if first is None:
        return EVERY_PORT
    return str(first) if first == last else f"{first}–{last}"


def _nearest(waits: set[str], after: Mapping[str, set[str]]) -> set[str]:
    """Those of them that no other of them waits for."""
    return {one for one in waits if not any(one in after[other] for other in waits - {one})}


def _region(stack: Stack) -> str:
    return stack.target.rpartition("/")[2]
