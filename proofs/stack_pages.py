"""The pages in ``docs/stacks``: one for each stack, and one for how they hang together.

What a template tells is read from it; what it does not tell stands in ``stacks.toml``.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType

from proofs import costs, diagrams, layers, references
from proofs.assembly import Stack, Stage
from proofs.markdown import HEAD, table
from proofs.stateful_types import lost_with

FILE = Path(__file__).parent / "stacks.toml"
INDEX = "README.md"
LeftOn = dict[str, tuple[costs.Item, ...]]
"""What a stack costs while nothing happens, by stage."""
TAKEN = "Under a stack's name stands what is taken of it, or what it takes."
WAITS = "An arrow leads from a stack to one that waits for it."
ORGANIZATION = "organization"
SHOWN = "live"
"""The environment whose resources the pages count: it has them all."""


@dataclass(frozen=True)
class About:
    """What is known of a stack beside its template."""

    name: str
    purpose: str
    breaks: str
    restore: str


def read(file: Path = FILE) -> list[About]:
    """`KeyError` for a field that is missing."""
    with file.open("rb") as content:
        entries = tomllib.load(content)["stack"]
    return [About(e["name"], e["is"], e["breaks"], e["restore"]) for e in entries]


def faults(stages: Sequence[Stage], known: Sequence[About]) -> Iterator[str]:
    """One line for each stack that nobody wrote about, and for each entry about none."""
    names = {stack.name for stage in stages for stack in stage.stacks}
    for name in sorted(names):
        if _about(name, known) is None:
            yield f"{name} has no entry in {FILE.name}"
    for about in known:
        if not any(fnmatchcase(name, about.name) for name in names):
            yield f"{FILE.name} tells of {about.name}, and there is no such stack"


def pages(
    stages: Sequence[Stage],
    known: Sequence[About],
    accounts: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """The text of each page, by file name; `accounts` by their number."""
    by_name: dict[str, dict[str, Stack]] = {}
    left_on: dict[str, LeftOn] = {}
    for stage in stages:
        for stack in stage.stacks:
            by_name.setdefault(stack.name, {})[stage.name] = stack
            items = tuple(costs.items(stage, stack))
            left_on.setdefault(stack.name, {})[stage.name] = items
    found = {stage.name: references.taken(stage) for stage in stages}
    made = {}
    for name, stacks in by_name.items():
        shown = SHOWN if SHOWN in stacks else next(iter(stacks))
        surroundings = diagrams.surroundings(name, found[shown])
        made[f"{name}.md"] = _page(
            stacks[shown], shown, surroundings, left_on[name], _about(name, known)
        )
    return made | {INDEX: _index(stages, left_on, known, accounts)}


def _about(name: str, known: Sequence[About]) -> About | None:
    return next((about for about in known if fnmatchcase(name, about.name)), None)


def _page(stack: Stack, shown: str, surroundings: str, left_on: LeftOn, about: About | None) -> str:
    purpose, breaks, restore = (
        (about.purpose, about.breaks, about.restore) if about else ("**unknown**",) * 3
    )
    around = f"\n## What it takes and gives\n\n{TAKEN}\n\n{surroundings}" if surroundings else ""
    return (
        f"{HEAD}\n# {stack.name}\n\n{purpose}\n\n"
        f"## What it owns\n\n{_owned(stack, shown)}{around}\n"
        f"## What it costs to leave on\n\n{_costs(left_on)}\n"
        f"## What breaks when it breaks\n\n{breaks}\n\n## How to restore it\n\n{restore}\n"
    )


def _owned(stack: Stack, stage: str) -> str:
    counted = Counter(resource.type for resource in stack.resources)
    rows = [
        (type_.removeprefix("AWS::"), str(number), lost_with(type_) or "")
        for type_, number in sorted(counted.items())
    ]
    kept = "refuses to be deleted" if stack.artifact.get("terminationProtection") else ""
    where = f"`{stack.stack_name}` in `{stack.target}`{', ' + kept if kept else ''}"
    head = ("resources", f"in {stage}", "lost with one")
    return f"In CloudFormation {where}.\n\n{table(head, rows)}"


def _costs(left_on: LeftOn) -> str:
    alike: dict[tuple[costs.Item, ...], list[str]] = {}
    for name, items in left_on.items():
        alike.setdefault(items, []).append(name)
    if not any(alike):
        return "Nothing: what it has is paid by use.\n"
    parts = []
    for items, names in alike.items():
        rows = [(str(item), f"{item.monthly}") for item in items]
        rows.append(("**USD a month**, before any use", f"**{costs.total(items)}**"))
        parts.append(table((", ".join(names), ""), rows))
    return "\n".join(parts)


def _index(
    stages: Sequence[Stage],
    left_on: Mapping[str, LeftOn],
    known: Sequence[About],
    accounts: Mapping[str, str],
) -> str:
    names = [stage.name for stage in stages]
    sums = {
        (name, stage): costs.total(items)
        for name, by_stage in left_on.items()
        for stage, items in by_stage.items()
    }
    rows = [
        (
            f"[{name}]({name}.md)",
            about.purpose if (about := _about(name, known)) else "**unknown**",
            *(str(sums.get((name, stage), "–")) for stage in names),
        )
        for name in left_on
    ]
    whole = (
        sum((usd for (_, one), usd in sums.items() if one == stage), Decimal()) for stage in names
    )
    rows.append(("**all**", "", *(f"**{usd}**" for usd in whole)))
    (shown,) = (stage for stage in stages if stage.name == SHOWN)
    return (
        f"{HEAD}\n# Stacks, one by one\n\nUSD a month for leaving each on while nothing happens, "
        "from `proofs/prices.toml`. Each page has the arithmetic; "
        "[the register of cost](../registers/cost.md) has the use as well.\n\n"
        f"{table(('stack', 'what it is', *names), rows)}\n"
        + "\n".join(
            f"## {title}\n\n{says}\n\n{diagram}"
            for title, says, diagram in _layers(stages, shown, accounts)
        )
    )


def _layers(
    stages: Sequence[Stage], shown: Stage, accounts: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Title, words and diagram of each layer, from the outside in."""
    for stage in (one for one in stages if one.name == ORGANIZATION):
        yield (
            "Organisation",
            "Units with the policies that bind what is in them, and accounts.",
            layers.organization(stage),
        )
        yield f"Stacks of the {stage.name}", WAITS, diagrams.order(stage, accounts)
    yield f"Stacks of {shown.name}", WAITS, diagrams.order(shown, accounts)
    (network,) = (stack for stack in shown.stacks if stack.name == "network")
    yield (
        "Network",
        f"Subnets and their way out, in {shown.name}.",
        diagrams.routes(network),
    )
    yield (
        "Ways in",
        f"From the listeners of load balancers to programs, by path, in {shown.name}.",
        layers.ways_in(shown),
    )
    yield (
        "Traffic",
        "Who may open a connection to whom, and on which port. There is no other way.",
        diagrams.traffic(network),
    )
    yield (
        "Data",
        "Which stack's programs write and read what another stack keeps, by what they are allowed: "
        "an arrow is the way that data goes.",
        layers.data(shown),
    )
