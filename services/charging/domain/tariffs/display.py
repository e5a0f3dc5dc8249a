"""Tariffs as people read them: gross prices, in the order that AFIR gives them (article 5)."""

from collections.abc import Iterator
from decimal import Decimal

from services.charging.domain.tariffs.rating import Step, steps
from services.charging.domain.tariffs.tariff import (
    Currency,
    Dimension,
    DisplayText,
    PriceComponent,
    Tariff,
)

LANGUAGE = "en"


def published(tariff: Tariff) -> DisplayText:
    """What a session will cost, before it begins: in the operator's words, if there are any."""
    return next(iter(tariff.tariff_alt_text), DisplayText(language=LANGUAGE, text=said(tariff)))


def said(tariff: Tariff) -> str:
    """All of it, in our words."""
    first, *later = steps(tariff)
    currency = tariff.currency
    prices = [*_energy(tariff), *_time(tariff, first)]
    flat = tariff.price(Dimension.FLAT)
    if flat and flat.gross:
        prices.append(f"{_amount(flat.gross, currency)} per session")
    parts = [", ".join(prices) or "free"]
    for step in later:
        price = "".join(_time(tariff, step)) or "no price per minute"
        parts.append(f"from {_duration(step.begins)} on {price}")
    if tariff.min_price and tariff.min_price.incl_vat:
        parts.append(f"at least {_amount(tariff.min_price.incl_vat, currency)}")
    if tariff.max_price:
        parts.append(f"at most {_amount(tariff.max_price.incl_vat, currency)}")
    components = [one for element in tariff.elements for one in element.price_components]
    if any(one.vat for one in components):
        parts.append("incl. VAT")
    return "; ".join(parts)


def said_from(tariff: Tariff, step: Step) -> DisplayText:
    """What is paid for from a step on."""
    prices = ", ".join([*_energy(tariff), *_time(tariff, step)]) or "free"
    return DisplayText(language=LANGUAGE, text=f"From now on {prices}")


def _energy(tariff: Tariff) -> Iterator[str]:
    energy = tariff.price(Dimension.ENERGY)
    if energy and energy.gross:
        step = "" if energy.step_size == 1 else f" (each {energy.step_size} Wh begun)"
        yield f"{_amount(energy.gross, tariff.currency)}/kWh{step}"


def _time(tariff: Tariff, step: Step) -> Iterator[str]:
    price: PriceComponent | None = step.time
    if price and price.gross:
        begun = "" if price.step_size == 1 else f" (each {_duration(price.step_size)} begun)"
        yield f"{_amount(price.gross, tariff.currency)}/min{begun}"


def _amount(amount: Decimal, currency: Currency) -> str:
    """With as many decimals as it has, and no fewer than the currency."""
    least = currency.rounded(amount)
    return f"{least if least == amount else amount.normalize():f} {currency}"


def _duration(seconds: int) -> str:
    units = ((seconds // 3600, "h"), (seconds % 3600 // 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in units if count)
