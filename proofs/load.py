"""What an environment costs under its stated load, and whether its budget holds it.

The load and what follows from it are data, in ``load.toml``; the budget is what the assembly has.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from proofs.assembly import Json, Stage
from proofs.costs import NO_SOURCE, Item, items, total

FILE = Path(__file__).parent / "load.toml"
BUDGET = "AWS::Budgets::Budget"
ALWAYS = "always"
ALL = "organization"
"""The stage whose budget is that of all accounts together."""


@dataclass(frozen=True)
class Use:
    """Something that is paid by use."""

    stack: str
    what: str
    usd: Decimal
    each: Mapping[str, Decimal]
    """Units a month for one of each driver."""
    assumes: str
    source: str
    free: Decimal = Decimal()
    """Units of each month that are not paid."""

    def of(self, load: Mapping[str, Decimal]) -> Item:
        """What a load uses of it."""
        units = sum((number * load.get(k, Decimal()) for k, number in self.each.items()), Decimal())
        paid = max(units - self.free, Decimal())
        return Item(self.what, paid, self.usd, confirmed=self.source != NO_SOURCE)


@dataclass(frozen=True)
class Line:
    """A line of an environment's sum."""

    stack: str
    item: Item
    by_use: bool


@dataclass(frozen=True)
class Limit:
    """What a stack may cost in an environment."""

    environment: str
    stack: str
    usd: Decimal
    because: str


def loads() -> dict[str, dict[str, Decimal]]:
    """The stated load of each environment."""
    return {
        name: {driver: Decimal(str(number)) for driver, number in drivers.items()}
        for name, drivers in _read()["environment"].items()
    }


def uses() -> list[Use]:
    """All that is paid by use."""
    return [
        Use(
            stack=one["stack"],
            what=one["what"],
            usd=Decimal(one["usd"]),
            each={driver: Decimal(number) for driver, number in one["each"].items()},
            assumes=one["assumes"],
            source=f"{one['source']}, {one['day']}" if "day" in one else one["source"],
            free=Decimal(one.get("free", 0)),
        )
        for one in _read()["use"]
    ]


def limits() -> list[Limit]:
    """Those of stacks."""
    return [Limit(**{**one, "usd": Decimal(one["usd"])}) for one in _read()["limit"]]


def lines(stage: Stage) -> list[Line]:
    """What a stage costs in a month under its load, the dearest first."""
    load = loads().get(stage.name, {}) | {ALWAYS: Decimal(1)}
    stacks = {stack.name: stack for stack in stage.stacks}
    kept = [Line(s.name, item, False) for s in stage.stacks for item in items(stage, s)]
    used = [Line(use.stack, use.of(load), True) for use in uses() if use.stack in stacks]
    found = [line for line in (*kept, *used) if line.item.monthly]
    return sorted(found, key=lambda line: (-line.item.monthly, line.stack, line.item.what))


def cost(found: Sequence[Line]) -> Decimal:
    """USD a month."""
    return total(line.item for line in found)


def budget(stage: Stage) -> Decimal | None:
    """USD a month, as the assembly has it."""
    for resource in stage.resources:
        if resource.type == BUDGET:
            return Decimal(str(resource.properties["Budget"]["BudgetLimit"]["Amount"]))
    return None


def faults(stages: Sequence[Stage]) -> Iterator[str]:
    """One line for each budget and limit that a load goes over, and for a stage without either."""
    every = {stage.name: lines(stage) for stage in stages}
    stated = loads()
    for stage in stages:
        if stage.name not in stated:
            yield f"{stage.name} has no load: add [environment.{stage.name}] to {FILE.name}"
        covered = every.values() if stage.name == ALL else [every[stage.name]]
        costs, limit = sum(map(cost, covered), Decimal()), budget(stage)
        if limit is None:
            yield f"{stage.name} has no budget"
        elif costs > limit:
            yield (
                f"{stage.name} would cost {costs} USD a month under its load, {costs - limit} more "
                f"than its budget of {limit}; the dearest: {_dearest(every[stage.name])}"
            )
    for one in limits():
        part = [line for line in every.get(one.environment, ()) if line.stack == one.stack]
        if cost(part) > one.usd:
            yield (
                f"{one.environment}/{one.stack} would cost {cost(part)} USD a month under its "
                f"load, {cost(part) - one.usd} more than {one.usd} ({one.because})"
            )


def _dearest(found: Sequence[Line]) -> str:
    return "; ".join(f"{line.stack}: {line.item} = {line.item.monthly}" for line in found[:3])


@cache
def _read() -> Json:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
