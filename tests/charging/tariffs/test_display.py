"""What people read of a tariff."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.tariffs.display import published, said, said_from
from services.charging.domain.tariffs.rating import steps
from services.charging.domain.tariffs.tariff import Currency, DisplayText, Tariff
from tests.charging.tariffs.tariffs import AFIR, HOUR, component, energy, flat, tariff, time
from tests.charging.tariffs.test_rating import ENERGIES, costs


def test_gross_prices_and_when_a_longer_stay_begins_to_cost() -> None:
    assert said(AFIR) == "0.59 EUR/kWh; from 4 h on 0.10 EUR/min; incl. VAT"
    assert published(AFIR) == DisplayText(language="en", text=said(AFIR))


@given(st.decimals("0.01", 9, places=4), ENERGIES)
def test_who_multiplies_what_is_said_comes_to_what_is_asked(net: Decimal, energy_wh: int) -> None:
    of = tariff(energy(str(net)))
    shown, _, _ = said(of).partition(" EUR/kWh")
    by_hand = (Decimal(shown) * energy_wh / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert costs(of, 0, energy_wh) == by_hand


def test_every_part_of_a_price_is_said() -> None:
    of = tariff(
        flat("0.8403"),
        energy("0.5", 500),
        time("6", begins=90 * 60, step_size=900),
        time("3", ends=HOUR),
        least="1.00",
        most="50.00",
    )
    assert said(of) == (
        "0.595 EUR/kWh (each 500 Wh begun), 0.0595 EUR/min, 1.00 EUR per session;"
        " from 1 h on no price per minute;"
        " from 1 h 30 min on 0.119 EUR/min (each 15 min begun);"
        " at least 1.00 EUR; at most 50.00 EUR; incl. VAT"
    )


def test_what_costs_nothing_is_free() -> None:
    assert said(tariff(energy("0"))) == "free; incl. VAT"
    bare = tariff(time("3", begins=30))
    assert said(bare) == "free; from 30 s on 0.0595 EUR/min; incl. VAT"


def test_without_vat_none_is_named() -> None:
    element = replace(energy("0"), price_components=(component("ENERGY", "42", vat=None),))
    assert said(Tariff(currency=Currency.ISK, elements=(element,))) == "42 ISK/kWh"


def test_a_step_says_what_is_paid_from_now_on() -> None:
    first, later = steps(AFIR)
    assert said_from(AFIR, first).text == "From now on 0.59 EUR/kWh"
    assert said_from(AFIR, later).text == "From now on 0.59 EUR/kWh, 0.10 EUR/min"
    over = tariff(time("3", ends=HOUR))
    assert said_from(over, steps(over)[1]).text == "From now on free"


def test_an_operator_has_words_of_its_own() -> None:
    own = DisplayText(language="de", text="59 ct je kWh, nach 4 Stunden 10 ct je Minute")
    assert published(replace(AFIR, tariff_alt_text=(own,))) == own
