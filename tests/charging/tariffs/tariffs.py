"""Tariffs of public sites."""

from decimal import Decimal
from typing import Any

from services.charging.domain.tariffs.tariff import (
    Currency,
    Dimension,
    Price,
    PriceComponent,
    Restrictions,
    Tariff,
    TariffElement,
)

VAT = Decimal(19)
HOUR = 3600


def component(
    kind: str, price: str, step_size: int = 1, vat: Decimal | None = VAT
) -> PriceComponent:
    """Net; 19 % VAT."""
    return PriceComponent(type=Dimension(kind), price=Decimal(price), vat=vat, step_size=step_size)


def energy(price: str, step_size: int = 1) -> TariffElement:
    return TariffElement(price_components=(component("ENERGY", price, step_size),))


def flat(price: str) -> TariffElement:
    return TariffElement(price_components=(component("FLAT", price),))


def time(
    price: str, begins: int | None = None, ends: int | None = None, step_size: int = 1
) -> TariffElement:
    """A net price for an hour, whether the vehicle charges or idles."""
    both = (component(kind, price, step_size) for kind in ("TIME", "PARKING_TIME"))
    restrictions = Restrictions(min_duration=begins, max_duration=ends)
    return TariffElement(price_components=tuple(both), restrictions=restrictions)


def tariff(*elements: TariffElement, least: str | None = None, most: str | None = None) -> Tariff:
    return Tariff(
        currency=Currency.EUR,
        elements=elements,
        min_price=None if least is None else price(least),
        max_price=None if most is None else price(most),
    )


def price(incl_vat: str) -> Price:
    gross = Decimal(incl_vat)
    return Price(excl_vat=gross, incl_vat=gross)


AFIR = tariff(energy("0.4958"), time("5.0420", begins=4 * HOUR))
"""0.59 EUR for a kWh, and 0.10 EUR for a minute after four hours."""

AS_TOLD: dict[str, Any] = {
    "currency": "EUR",
    "elements": [
        {"price_components": [{"type": "ENERGY", "price": 0.4958, "vat": 19, "step_size": 1}]},
        {
            "price_components": [
                {"type": "TIME", "price": 5.042, "vat": 19, "step_size": 1},
                {"type": "PARKING_TIME", "price": 5.042, "vat": 19, "step_size": 1},
            ],
            "restrictions": {"min_duration": 14400},
        },
    ],
}
"""The same in JSON."""
