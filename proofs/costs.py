"""What a stack costs in a month in which nothing happens: the price of leaving it on.

Prices are data, in ``prices.toml``. Only what is paid by the hour or the month counts, at the least
capacity that the template allows.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from proofs.assembly import Json, Stack

FILE = Path(__file__).parent / "prices.toml"
HOURS = 730
"""In a month, as AWS's own calculator has them."""
CPU_UNITS, MIB = 1024, 1024


@dataclass(frozen=True)
class Item:
    """One line of the sum."""

    what: str
    quantity: Decimal
    usd: Decimal
    """For one, for an hour or a month."""
    per: str

    @property
    def monthly(self) -> Decimal:
        """In USD, to the cent."""
        hours = HOURS if self.per == "hour" else 1
        return (self.quantity * self.usd * hours).quantize(Decimal("0.01"))

    def __str__(self) -> str:
        """The arithmetic: ``3 × NAT gateway × 0.052 × 730 h``."""
        hours = f" × {HOURS} h" if self.per == "hour" else ""
        return f"{self.quantity.normalize():f} × {self.what} × {self.usd}{hours}"


@dataclass(frozen=True)
class _Price:
    type: str
    what: str
    usd: str
    per: str
    source: str
    counts: str = ""
    only: Json = field(default_factory=dict)


def items(stack: Stack) -> Iterator[Item]:
    """Every line of a stack's sum, in the order of the prices."""
    prices = _read()
    for entry in prices["price"]:
        price = _Price(**entry)
        counted = [
            _count(resource.properties, price.counts)
            for resource in stack.resources
            if resource.type == price.type
            and all(resource.properties.get(k) == v for k, v in price.only.items())
        ]
        if counted and sum(counted):
            yield Item(price.what, sum(counted, Decimal()), Decimal(price.usd), price.per)
    yield from _tasks(stack, prices["fargate"])
    yield from _database(stack, prices["aurora"])


def total(found: Sequence[Item]) -> Decimal:
    """USD a month."""
    return sum((item.monthly for item in found), Decimal("0.00"))


def _tasks(stack: Stack, prices: Json) -> Iterator[Item]:
    least = _values(stack, "AWS::ApplicationAutoScaling::ScalableTarget", "MinCapacity")
    tasks = sum(least, Decimal())
    own = _values(stack, "AWS::ECS::Service", "CapacityProviderStrategy")
    where = prices["instances" if any(own) else "what"]
    for name, unit, what, key in (
        ("Cpu", CPU_UNITS, "vCPU", "vcpu_hour"),
        ("Memory", MIB, "GB", "gb_hour"),
    ):
        size = sum(_values(stack, "AWS::ECS::TaskDefinition", name), Decimal()) / unit
        if tasks * size:
            yield Item(f"{what} of {where}", tasks * size, Decimal(prices[key]), "hour")


def _database(stack: Stack, prices: Json) -> Iterator[Item]:
    path = "ServerlessV2ScalingConfiguration.MinCapacity"
    instances = len(_values(stack, "AWS::RDS::DBInstance", ""))
    for capacity in _values(stack, "AWS::RDS::DBCluster", path):
        if capacity * instances:
            price = Decimal(prices["capacity_hour"])
            yield Item(prices["what"], capacity * instances, price, "hour")


def _values(stack: Stack, type_: str, path: str) -> list[Decimal]:
    return [_count(r.properties, path) for r in stack.resources if r.type == type_]


def _count(properties: Json, path: str) -> Decimal:
    found: Any = properties
    for step in filter(None, path.split(".")):
        found = found.get(step, 0)
    if isinstance(found, list):
        return Decimal(len(found))
    return Decimal(str(found)) if path else Decimal(1)


@cache
def _read() -> Json:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
