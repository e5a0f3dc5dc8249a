"""``docs/registers/cost.md``: what each environment costs, before any use and under its load."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from proofs import load
from proofs.assembly import Stage
from proofs.costs import plain
from proofs.load import Line, cost
from proofs.markdown import HEAD, Row, table

SHOWN = 10
"""The dearest lines of an environment."""


def page(stages: Sequence[Stage]) -> str:
    """The text of the register."""
    every = {stage.name: load.lines(stage) for stage in stages}
    budgets = {stage.name: load.budget(stage) for stage in stages}
    parts = [
        f"{HEAD}\n# Cost\n\n"
        "USD a month, from `proofs/prices.toml` and `proofs/load.toml`: before any use, at the "
        "least capacity and in the hours in which schedules allow any; and under the stated load. "
        "A budget that does not hold the load fails the tests. A price marked † was found in no "
        "source.\n\n"
        f"{_environments(every, budgets)}\n"
        "The organisation's budget is that of all accounts together.\n"
    ]
    parts += [_environment(name, found) for name, found in every.items()]
    parts.append(
        f"## The load\n\n{_load()}\n## What follows from it\n\n"
        "Estimates, until a bill says better.\n\n"
        f"{table(('for', 'unit', 'USD', 'units a month', 'assumes', 'source'), _uses())}"
    )
    return "\n".join(parts)


def _environments(
    every: Mapping[str, Sequence[Line]], budgets: Mapping[str, Decimal | None]
) -> str:
    rows = [
        (name, f"{cost(_kept(found))}", f"{cost(found)}", f"{budgets[name]}")
        for name, found in every.items()
    ]
    whole = sum(map(cost, every.values()), Decimal())
    rows.append(("**all**", f"{sum(map(cost, map(_kept, every.values())))}", f"{whole}", ""))
    rows += [
        (f"{one.environment}: {one.stack}", "", f"{cost(part)}", f"{one.usd}, {one.because}")
        for one in load.limits()
        if (part := [line for line in every.get(one.environment, ()) if line.stack == one.stack])
    ]
    return table(("", "before any use", "under its load", "budget"), rows)


def _environment(name: str, found: Sequence[Line]) -> str:
    rows = [(line.stack, _text(line), f"{line.item.monthly}") for line in found[:SHOWN]]
    stacks = dict.fromkeys(line.stack for line in found)
    sums = {stack: [line for line in found if line.stack == stack] for stack in stacks}
    by_stack = [
        (stack, f"{cost(_kept(part))}", f"{cost(part)}")
        for stack, part in sorted(sums.items(), key=lambda one: (-cost(one[1]), one[0]))
    ]
    return (
        f"## {name.capitalize()}\n\nThe dearest:\n\n{table(('stack', 'what', 'USD'), rows)}\n"
        f"{table(('stack', 'before any use', 'under its load'), by_stack)}"
    )


def _text(line: Line) -> str:
    return f"{line.item}{'' if line.item.confirmed else ' †'}"


def _kept(found: Sequence[Line]) -> list[Line]:
    return [line for line in found if not line.by_use]


def _load() -> str:
    stated = load.loads()
    drivers = dict.fromkeys(driver for one in stated.values() for driver in one)
    rows = [
        (driver, *(f"{one[driver]:,}" if driver in one else "–" for one in stated.values()))
        for driver in drivers
    ]
    return table(("in a month", *stated), rows)


def _uses() -> Iterator[Row]:
    for use in load.uses():
        each = ", ".join(f"{number} × {driver}" for driver, number in use.each.items())
        free = f", the first {plain(use.free)} free" if use.free else ""
        yield use.stack, use.what, f"{use.usd}", each + free, use.assumes, use.source


def summary(stages: Sequence[Stage]) -> str:
    """A line for each stage."""
    every = {stage.name: (load.lines(stage), load.budget(stage)) for stage in stages}
    return "\n".join(
        f"{name:<13}{cost(_kept(found)):>9} before any use {cost(found):>9} under its load "
        f"{limit:>6} budget"
        for name, (found, limit) in every.items()
    )


def changes(before: Sequence[Stage], after: Sequence[Stage]) -> Iterator[str]:
    """What a change costs: the lines that differ, then the sum, for each stage of both."""
    old = {stage.name: load.lines(stage) for stage in before}
    for stage in after:
        if stage.name not in old:
            continue
        new = load.lines(stage)
        sums = [
            {(line.stack, line.item): line for line in found} for found in (old[stage.name], new)
        ]
        for key in sorted(sums[0].keys() ^ sums[1].keys(), key=lambda key: (key[0], key[1].what)):
            sign = "+" if key in sums[1] else "-"
            yield f"{sign} {stage.name}/{key[0]}: {key[1]} = {key[1].monthly}"
        difference = cost(new) - cost(old[stage.name])
        yield f"{stage.name}: {cost(new)} USD a month, {difference:+} under the same load"
