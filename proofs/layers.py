"""Diagrams of what no single stack shows: the organisation, the ways in, who keeps what where."""

from collections.abc import Iterator

from proofs import data_flow
from proofs.assembly import Resource, Stage
from proofs.mermaid import flowchart, id_of, node, wrapped
from proofs.references import named, resolved

UNIT, ACCOUNT = "AWS::Organizations::OrganizationalUnit", "AWS::Organizations::Account"
POLICY = "AWS::Organizations::Policy"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"


def organization(stage: Stage) -> str:
    """Units and accounts below the root, each unit with the policies that bind what is in it."""
    units = {r.logical_id: r for r in stage.resources if r.type == UNIT}
    policies: dict[str, list[str]] = {}
    for policy in (one for one in stage.resources if one.type == POLICY):
        for target in policy.properties["TargetIds"]:
            (unit,) = resolved(stage, policy.stack, target)
            policies.setdefault(unit.logical_id, []).append(_last(policy.properties["Name"]))
    lines = [node("root")]
    for id_, unit in units.items():
        bound = wrapped(sorted(policies.get(id_, ())))
        lines.append(node(unit.properties["Name"], *bound))
        lines.append(f"{_parent(unit, units)} --> {id_of(unit.properties['Name'])}")
    for account in (one for one in stage.resources if one.type == ACCOUNT):
        name = _last(account.properties["AccountName"])
        lines += [f'{id_of(name)}("{name}")', f"{_parent(account, units)} --> {id_of(name)}"]
    return flowchart("LR", lines)


def ways_in(stage: Stage) -> str:
    """Which paths lead from which listener to whose port."""
    paths: dict[tuple[str, str], list[str]] = {}
    for rule in (one for one in stage.resources if one.type == RULE):
        ports = list(dict.fromkeys(_ports(stage, rule)))
        if not ports:
            continue
        (listener,) = resolved(stage, rule.stack, rule.properties["ListenerArn"])
        reached = f"{rule.stack}, port {', '.join(ports)}"
        place = listener.place.removesuffix("/Listener")
        paths.setdefault((place, reached), []).extend(_paths(rule))
    names = dict.fromkeys(name for pair in paths for name in pair)
    arrows = [
        f'{id_of(listener)} -- "{"<br/>".join(found)}" --> {id_of(reached)}'
        for (listener, reached), found in paths.items()
    ]
    return flowchart("LR", [*map(node, names), *arrows])


def data(stage: Stage) -> str:
    """Which stack's programs write what and read it: an arrow is the way that data goes."""
    flows = data_flow.flows(stage)
    stacks = dict.fromkeys(flow.stack for flow in flows)
    stores = dict.fromkeys(flow.store for flow in flows)
    lines = [*map(node, stacks), *(f'{id_of(store)}[("{store}")]' for store in stores)]
    for flow in flows:
        stack, store = id_of(flow.stack), id_of(flow.store)
        both = flow.writes and flow.reads
        arrow = f"{stack} <--> {store}" if both else f"{stack} --> {store}"
        lines.append(arrow if flow.writes else f"{store} --> {stack}")
    return flowchart("LR", lines)


def _parent(resource: Resource, units: dict[str, Resource]) -> str:
    given = resource.properties.get("ParentIds") or [resource.properties["ParentId"]]
    ids = [id_ for id_ in named(given) if id_ in units]
    return id_of(units[ids[0]].properties["Name"] if ids else "root")


def _ports(stage: Stage, rule: Resource) -> Iterator[str]:
    for id_ in named(rule.properties["Actions"]):
        for one in stage.resources:
            if (one.stack, one.logical_id, one.type) == (rule.stack, id_, TARGETS):
                yield str(one.properties["Port"])


def _paths(rule: Resource) -> Iterator[str]:
    for condition in rule.properties["Conditions"]:
        yield from condition.get("PathPatternConfig", {}).get("Values", ())


def _last(name: str) -> str:
    """``live`` of ``fleetcharge-live``."""
    return name.partition("-")[2] or name
