"""Tariffs that cannot be rated or told are refused, by what and where."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.charging.domain.tariffs.acceptance import UnfitTariffError, accept
from services.charging.domain.tariffs.tariff import Price, Tariff, TariffElement
from tests.charging.tariffs.tariffs import AFIR, component, energy, flat, tariff, time


def element(*prices: tuple[str, str], begins: int | None = None) -> TariffElement:
    components = tuple(component(kind, amount) for kind, amount in prices)
    return replace(time("0", begins=begins), price_components=components)


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        (
            tariff(energy("1"), element(("ENERGY", "2"), begins=60)),
            r"elements\.1\.price_components\.0\.type: ENERGY has one price",
        ),
        (tariff(element(("FLAT", "2"), begins=60)), r"0\.type: FLAT has one price"),
        (tariff(element(("FLAT", "2"), ("FLAT", "3"))), r"1\.type: FLAT is there twice"),
        (tariff(element(("TIME", "2"))), r"elements\.0\.price_components: TIME and PARKING_TIME"),
        (tariff(element(("TIME", "2"), ("PARKING_TIME", "3"))), "nobody knows when"),
        (tariff(time("1", begins=60, ends=60)), r"0\.restrictions\.max_duration: it never"),
        (tariff(time("1", ends=0)), "never holds"),
        (tariff(energy("1"), least="2", most="1.99"), "max_price: less than min_price"),
        (tariff(energy("1"), most="1.999"), r"max_price\.incl_vat: nobody can pay less than 0.01"),
        (
            replace(AFIR, min_price=Price(excl_vat=Decimal(2), incl_vat=Decimal(1))),
            r"min_price\.incl_vat: less than excl_vat",
        ),
        (
            tariff(*(time(f"{60 * n}", begins=n * 601) for n in range(1, 40))),
            r"elements: said in \d+ characters; 512 fit",
        ),
    ],
)
def test_an_unfit_tariff(unfit: Tariff, why: str) -> None:
    # Of elements that hold, the first counts: the latest has to come first to be said.
    of = replace(unfit, elements=tuple(reversed(unfit.elements))) if "512" in why else unfit
    with pytest.raises(UnfitTariffError, match=why):
        accept(of)


@pytest.mark.parametrize(
    "fit",
    [
        AFIR,
        tariff(energy("0")),
        tariff(flat("1"), energy("0.5", 500), time("6", ends=600), least="1", most="1"),
    ],
)
def test_a_fit_tariff(fit: Tariff) -> None:
    accept(fit)
