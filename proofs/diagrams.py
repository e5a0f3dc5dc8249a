"""Diagrams made from the assembly, in Mermaid: small, and the same for the same assembly."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from proofs.assembly import Resource, Stack, Stage
from proofs.references import Taken

RULES_OF_IN = "AWS::EC2::SecurityGroupIngress"
EVERY_PORT = "every port"


def order(stage: Stage) -> str:
    """The stacks in the order of deployment: an arrow leads to what waits."""
    accounts: dict[str, list[Stack]] = {}
    for stack in stage.stacks:
        accounts.setdefault(stack.target.removeprefix("aws://"), []).append(stack)
    lines: list[str] = []
    for account, stacks in accounts.items():
        boxes = [_node(stack.name) for stack in stacks]
        lines += _group(account.replace("/", " · "), boxes) if len(accounts) > 1 else boxes
    after = {stack.name: set(stack.after) for stack in stage.stacks}
    lines += [
        f"{_id(first)} --> {_id(stack)}"
        for stack, waits in after.items()
        for first in sorted(_nearest(waits, after))
    ]
    return _flowchart("TD", lines)


def surroundings(stack: str, takings: Sequence[Taken]) -> str:
    """What a stack takes of others, and who takes what of it."""
    things: dict[tuple[str, str], dict[str, None]] = {}
    for one in takings:
        if stack in (one.of, one.by):
            things.setdefault((one.of, one.by), {})[one.what.split("/")[0]] = None
    names = dict.fromkeys([stack, *itertools.chain.from_iterable(things)])
    arrows = [
        f'{_id(of)} -- "{"<br/>".join(taken)}" --> {_id(by)}' for (of, by), taken in things.items()
    ]
    return _flowchart("LR", [*map(_node, names), *arrows]) if arrows else ""


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
        f'{_id(source)} -- "{", ".join(found)}" --> {_id(target)}'
        for (source, target), found in ports.items()
    ]
    return _flowchart("LR", [*map(_node, names), *arrows])


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
        lines += _group(kind, (_node(zone) for zone in zones))
        lines.append(f"{_id(kind)} --> {_id(ways.get(kind, 'no way out'))}")
    return _flowchart("LR", [*map(_node, dict.fromkeys([*ways.values(), "no way out"])), *lines])


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


def _group(name: str, nodes: Iterable[str]) -> Iterator[str]:
    yield f'subgraph {_id(name)}["{name}"]'
    yield from (f"  {node}" for node in nodes)
    yield "end"


def _node(name: str) -> str:
    return f'{_id(name)}["{name}"]'


def _id(name: str) -> str:
    return "n_" + re.sub(r"\W", "_", name)


def _flowchart(direction: str, lines: Iterable[str]) -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f"```mermaid\nflowchart {direction}\n{body}```\n"
