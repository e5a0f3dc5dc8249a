"""Which tariffs are taken: those that can be rated exactly, and told. No other is guessed at."""

from services.charging.domain.tariffs.display import said
from services.charging.domain.tariffs.tariff import (
    Currency,
    Dimension,
    Price,
    Tariff,
    TariffElement,
)

ROOM = 512
"""Characters of a message on a display (OCPP 2.0.1, ``MessageContent``)."""


class UnfitTariffError(ValueError):
    """What cannot be rated or told, and where."""


def accept(tariff: Tariff) -> None:
    """Raise `UnfitTariffError` for a tariff that is not taken."""
    for number, element in enumerate(tariff.elements):
        _accept_element(f"elements.{number}", element)
    for name, price in (("min_price", tariff.min_price), ("max_price", tariff.max_price)):
        if price:
            _accept_price(name, price, tariff.currency)
    least, most = tariff.min_price, tariff.max_price
    if least and most and most.incl_vat < least.incl_vat:
        raise UnfitTariffError("max_price: less than min_price")
    if len(text := said(tariff)) > ROOM:
        raise UnfitTariffError(f"elements: said in {len(text)} characters; {ROOM} fit on a display")


def _accept_element(where: str, element: TariffElement) -> None:
    restrictions = element.restrictions
    begins, ends = restrictions.min_duration or 0, restrictions.max_duration
    if ends is not None and ends <= begins:
        raise UnfitTariffError(f"{where}.restrictions.max_duration: it never holds")
    dimensions = [one.type for one in element.price_components]
    for number, dimension in enumerate(dimensions):
        at = f"{where}.price_components.{number}.type"
        if dimension in dimensions[:number]:
            raise UnfitTariffError(f"{at}: {dimension} is there twice")
        if dimension in {Dimension.ENERGY, Dimension.FLAT} and (begins or ends is not None):
            raise UnfitTariffError(
                f"{at}: {dimension} has one price for all of a session, without restrictions"
            )
    time, parking = (element.price(one) for one in (Dimension.TIME, Dimension.PARKING_TIME))
    prices = [one and (one.price, one.vat, one.step_size) for one in (time, parking)]
    if prices[0] != prices[1]:
        raise UnfitTariffError(
            f"{where}.price_components: TIME and PARKING_TIME need the same price, vat and"
            " step_size, as nobody knows when a vehicle idled"
        )


def _accept_price(name: str, price: Price, currency: Currency) -> None:
    if price.incl_vat < price.excl_vat:
        raise UnfitTariffError(f"{name}.incl_vat: less than excl_vat")
    if price.incl_vat != currency.rounded(price.incl_vat):
        raise UnfitTariffError(
            f"{name}.incl_vat: nobody can pay less than {currency.minor_unit} {currency}"
        )
