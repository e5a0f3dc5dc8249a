"""What a stack costs in a month in which nothing happens: the price of leaving it on.

Prices are data, in ``prices.toml``. Only what is paid by the hour or the month counts, at the least
capacity that the templates allow, in the hours in which schedules allow any.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from proofs.assembly import Json, Stack, Stage
from proofs.schedules import TARGET, Week, always, least_tasks

FILE = Path(__file__).parent / "prices.toml"
HOURS = 730
"""In a month, as AWS's own calculator has them."""
CPU_UNITS, MIB = 1024, 1024
SERVICE, TASK = "AWS::ECS::Service", "AWS::ECS::TaskDefinition"
LAUNCH = "AWS::EC2::LaunchTemplate"


@dataclass(frozen=True)
class Item:
    """One line of a sum."""

    what: str
    quantity: Decimal
    usd: Decimal
    """For one: for an hour, where there are hours, or for a month."""
    hours: Decimal | None = None
    """Of the month."""
    confirmed: bool = True
    """The price was found in a source."""

    @property
    def monthly(self) -> Decimal:
        """In USD, to the cent."""
        hours = Decimal(1) if self.hours is None else self.hours
        return (self.quantity * self.usd * hours).quantize(Decimal("0.01"))

    def __str__(self) -> str:
        """The arithmetic: ``3 × NAT gateway × 0.052 × 730 h``."""
        hours = "" if self.hours is None else f" × {plain(self.hours)} h"
        return f"{plain(self.quantity)} × {self.what} × {self.usd}{hours}"


def plain(number: Decimal) -> str:
    """Two decimals at most, none where they are zero."""
    return f"{number.quantize(Decimal('0.01')).normalize():f}"


@dataclass(frozen=True)
class _Price:
    type: str
    what: str
    usd: str
    per: str
    source: str
    day: date | None = None
    counts: str = ""
    times: int = 1
    only: Json = field(default_factory=dict)


def items(stage: Stage, stack: Stack) -> Iterator[Item]:
    """Every line of a stack's sum, in the order of the prices."""
    prices = _read()
    for entry in prices["price"]:
        price = _Price(**entry)
        counted = [
            _count(resource.properties, price.counts) * price.times
            for resource in stack.resources
            if resource.type == price.type
            and all(_at(resource.properties, path) == v for path, v in price.only.items())
        ]
        if counted and sum(counted):
            hours = Decimal(HOURS) if price.per == "hour" else None
            found = price.source != NO_SOURCE
            yield Item(price.what, sum(counted, Decimal()), Decimal(price.usd), hours, found)
    yield from _tasks(stage, stack, prices)
    yield from _database(stage, stack, prices["aurora"])


def total(found: Iterable[Item]) -> Decimal:
    """USD a month."""
    return sum((item.monthly for item in found), Decimal("0.00"))


def faults(stage: Stage) -> Iterator[str]:
    """One line for each resource type without a price, and for machines without one."""
    prices = _read()
    priced = {price["type"] for price in prices["price"]}
    for type_ in sorted({resource.type for resource in stage.resources} - priced):
        if not any(fnmatchcase(type_, pattern) for pattern in prices["idle"]["types"]):
            yield (
                f"{stage.name}: {type_} has no price. If it is paid by the hour or the month, add "
                f"a [[price]] with its type to {FILE.name}; if it is free or paid by use, its name "
                "to `idle` there, and what its use costs as a [[use]] to load.toml"
            )
    for machine in sorted(_machines(stage) - prices["machines"].keys()):
        yield f"{stage.name}: {machine} has no price: add [machines.{machine!r}] to {FILE.name}"


NO_SOURCE = "none found"


def _tasks(stage: Stage, stack: Stack, prices: Json) -> Iterator[Item]:
    weeks = [least_tasks(r) for r in stack.resources if r.type == TARGET]
    if not weeks:  # what does not scale runs always
        weeks = [always(int(tasks)) for tasks in _values(stack, SERVICE, "DesiredCount") if tasks]
    if not weeks:
        return
    most = sum((Decimal(week.most) for week in weeks), Decimal())
    if any(_values(stack, SERVICE, "CapacityProviderStrategy")):
        yield from _machines_for(stage, stack, most, weeks, prices)
        return
    fargate = prices["fargate"]
    for name, unit, what, key in (
        ("Cpu", CPU_UNITS, "vCPU", "vcpu_hour"),
        ("Memory", MIB, "GB", "gb_hour"),
    ):
        size = sum(_values(stack, TASK, name), Decimal()) / unit
        if most * size:
            hours = _hours(weeks)
            yield Item(f"{what} of {fargate['what']}", most * size, Decimal(fargate[key]), hours)


def _machines_for(
    stage: Stage, stack: Stack, tasks: Decimal, weeks: list[Week], prices: Json
) -> Iterator[Item]:
    """As many as the tasks need by processor, memory and network interfaces."""
    cpu = sum(_values(stack, TASK, "Cpu"), Decimal())
    memory = sum(_values(stack, TASK, "Memory"), Decimal())
    hours = _hours(weeks)
    for machine in sorted(_machines(stage) & prices["machines"].keys()):
        has = prices["machines"][machine]
        room = min(has["cpu"] // cpu, has["memory"] // memory, Decimal(has["tasks"]))
        number = (tasks / max(room, Decimal(1))).to_integral_value(ROUND_CEILING)
        what = f"machine {machine}, {plain(room)} tasks on each"
        yield Item(what, number, Decimal(has["hour"]), hours)
        disk = sum(
            (
                _count(device, "Ebs.VolumeSize")
                for other in stage.stacks
                for resource in other.resources
                if resource.type == LAUNCH
                for device in resource.properties["LaunchTemplateData"]["BlockDeviceMappings"]
            ),
            Decimal(),
        )
        monthly = Decimal(prices["disk"]["gb_month"]) * hours / HOURS
        yield Item(prices["disk"]["what"], number * disk, monthly.quantize(Decimal("0.0001")))


def _machines(stage: Stage) -> set[str]:
    templates = (r.properties for r in stage.resources if r.type == LAUNCH)
    return {template["LaunchTemplateData"]["InstanceType"] for template in templates}


def _hours(weeks: list[Week]) -> Decimal:
    """Of a month, in which the most tasks of one week are there, or all of them a part of it."""
    share = sum((week.share for week in weeks), Decimal()) / len(weeks)
    return (share * HOURS).quantize(Decimal("0.01"))


def _database(stage: Stage, stack: Stack, prices: Json) -> Iterator[Item]:
    path = "ServerlessV2ScalingConfiguration.MinCapacity"
    instances = len(_values(stack, "AWS::RDS::DBInstance", ""))
    awake = max(
        (least_tasks(r).awake for r in stage.resources if r.type == TARGET), default=Decimal()
    )
    for least in _values(stack, "AWS::RDS::DBCluster", path):
        capacity = least or Decimal(prices["awake"])
        hours = Decimal(HOURS) if least else (awake * HOURS).quantize(Decimal("0.01"))
        if hours * instances:
            price = Decimal(prices["capacity_hour"])
            yield Item(prices["what"], capacity * instances, price, hours)


def _values(stack: Stack, type_: str, path: str) -> list[Decimal]:
    return [_count(r.properties, path) for r in stack.resources if r.type == type_]


def _at(properties: Json, path: str) -> Any:
    found: Any = properties
    for step in filter(None, path.split(".")):
        found = found[int(step)] if isinstance(found, list) else (found or {}).get(step, 0)
    return found


def _count(properties: Json, path: str) -> Decimal:
    found = _at(properties, path)
    if isinstance(found, list):
        return Decimal(len(found))
    return Decimal(str(found)) if path else Decimal(1)


@cache
def _read() -> Json:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
