"""What a session costs by a tariff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from services.charging.domain.tariffs.tariff import Dimension, PriceComponent, Tariff

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """From when on, in seconds since a session's begin, its time has which price."""

    begins: int
    time: PriceComponent | None
    """The same of `Dimension.TIME` and `Dimension.PARKING_TIME`; None: free."""


def steps(tariff: Tariff) -> Sequence[Step]:
    """At least one; each with another price than the one before."""
    limits = [
        limit
        for element in tariff.elements
        for limit in (element.restrictions.min_duration, element.restrictions.max_duration)
        if limit
    ]
    found: list[Step] = []
    for begins in sorted({0, *limits}):
        time = tariff.price(Dimension.TIME, begins)
        if not found or time != found[-1].time:
            found.append(Step(begins, time))
    return found


def elapsed(began: datetime, at: datetime) -> int:
    """Seconds since a session's begin, each that has begun; 0 before it."""
    return max(0, -((began - at) // _SECOND))


def cost(tariff: Tariff, began: datetime, ended: datetime, energy_wh: int) -> Decimal:
    """Gross, in the tariff's currency; rounded once, half up, to what can be paid."""
    energy, flat = tariff.price(Dimension.ENERGY), tariff.price(Dimension.FLAT)
    # Whole multiples of what the prices are for, divided once: nothing is lost before the end.
    exact = 1000 * _time(steps(tariff), elapsed(began, ended))
    if energy:
        exact += 60 * energy.gross * (energy_wh + -energy_wh % energy.step_size)
    if flat:
        exact += 60_000 * flat.gross
    exact /= 60_000
    if tariff.min_price:
        exact = max(exact, tariff.min_price.incl_vat)
    if tariff.max_price:
        exact = min(exact, tariff.max_price.incl_vat)
    return tariff.currency.rounded(exact)


def _time(in_order: Sequence[Step], seconds: int) -> Decimal:
    """What the time costs, times 60.

    `step_size` counts for the whole time that was paid for without a break, by the price that came
    last; what is paid beyond has that price too (OCPI 2.2.1, section 11.4.2).
    """
    exact, paid = Decimal(0), 0
    last: PriceComponent | None = None
    for step, until in pairwise([*in_order, Step(seconds, None)]):
        lasts = min(until.begins, seconds) - step.begins
        if lasts <= 0:
            break
        if step.time is None:
            exact, paid, last = exact + _rest(last, paid), 0, None
            continue
        exact += step.time.gross * lasts
        paid, last = paid + lasts, step.time
    return exact + _rest(last, paid)


def _rest(last: PriceComponent | None, paid: int) -> Decimal:
    return last.gross * (-paid % last.step_size) if last else Decimal(0)
