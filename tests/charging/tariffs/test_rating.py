"""What a session costs: of single parts as by hand, of all parts within what must hold."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.tariffs.rating import cost, elapsed, steps
from services.charging.domain.tariffs.tariff import Currency, Tariff, TariffElement
from tests.charging.tariffs.tariffs import (
    AFIR,
    HOUR,
    component,
    energy,
    flat,
    tariff,
    time,
)

BEGAN = datetime(2026, 3, 1, 6, tzinfo=UTC)
CENT = Decimal("0.01")

AMOUNTS = st.decimals(0, 100, places=4)
ENERGIES = st.integers(0, 200_000)
SECONDS = st.integers(0, 3 * 24 * HOUR)
STEPS = st.sampled_from([1, 60, 900, HOUR])


def costs(of: Tariff, seconds: float, energy_wh: int) -> Decimal:
    return cost(of, BEGAN, BEGAN + timedelta(seconds=seconds), energy_wh)


@st.composite
def rising(draw: st.DrawFn) -> Tariff:
    """Time costs ever more, and is counted by the second."""
    limits = sorted(draw(st.sets(st.integers(1, 2 * 24 * HOUR), max_size=3)))
    prices = sorted(draw(st.lists(AMOUNTS, min_size=len(limits) + 1, max_size=len(limits) + 1)))
    elements = [
        time(str(amount), begins=begins)
        for begins, amount in zip([None, *limits], prices, strict=True)
    ]
    elements += [
        energy(str(draw(AMOUNTS)), draw(st.sampled_from([1, 500]))),
        flat(str(draw(AMOUNTS))),
    ]
    # The first that holds counts: the latest is the first in the list.
    return tariff(*reversed(elements))


@st.composite
def any_tariff(draw: st.DrawFn) -> Tariff:
    elements: list[TariffElement] = []
    for _ in range(draw(st.integers(0, 3))):
        begins = draw(st.none() | st.integers(0, 24 * HOUR))
        ends = draw(st.none() | st.integers((begins or 0) + 1, 48 * HOUR))
        elements.append(time(str(draw(AMOUNTS)), begins, ends, draw(STEPS)))
    elements += [energy(str(draw(AMOUNTS)), draw(STEPS)), flat(str(draw(AMOUNTS)))]
    least, most = sorted(draw(st.tuples(*[st.decimals(0, 300, places=2)] * 2)))
    bounded = draw(st.booleans())
    return tariff(
        *elements, least=str(least) if bounded else None, most=str(most) if bounded else None
    )


@given(rising(), ENERGIES, ENERGIES, SECONDS, SECONDS)
def test_more_never_costs_less(
    of: Tariff, energy_wh: int, more_wh: int, seconds: int, more: int
) -> None:
    assert costs(of, seconds + more, energy_wh + more_wh) >= costs(of, seconds, energy_wh)


@given(any_tariff(), ENERGIES, SECONDS)
def test_a_cost_can_be_paid_and_is_within_its_bounds(
    of: Tariff, energy_wh: int, seconds: int
) -> None:
    amount = costs(of, seconds, energy_wh)
    assert amount >= 0
    assert amount == amount.quantize(CENT)
    if of.min_price and of.max_price:
        assert of.min_price.incl_vat <= amount <= of.max_price.incl_vat


@given(AMOUNTS, ENERGIES, st.integers(1, 5000))
def test_energy_alone(net: Decimal, energy_wh: int, step: int) -> None:
    blocks = (energy_wh + step - 1) // step
    gross = (net * Decimal("1.19")).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    by_hand = (gross * blocks * step / 1000).quantize(CENT, ROUND_HALF_UP)
    assert costs(tariff(energy(str(net), step)), 7, energy_wh) == by_hand


@given(AMOUNTS, SECONDS, st.integers(1, 7200))
def test_time_alone(net: Decimal, seconds: int, step: int) -> None:
    blocks = (seconds + step - 1) // step
    gross = (net * Decimal("1.19") / 60).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    by_hand = (gross * blocks * step / 60).quantize(CENT, ROUND_HALF_UP)
    assert costs(tariff(time(str(net), step_size=step)), seconds, 900) == by_hand


@given(any_tariff(), any_tariff(), ENERGIES, SECONDS)
def test_elements_that_never_count_change_nothing(
    of: Tariff, others: Tariff, energy_wh: int, seconds: int
) -> None:
    # These hold always and come first, so nothing of what follows them counts.
    first = tariff(time("1"), energy("1"), flat("1"))
    both = tariff(*first.elements, *of.elements, *others.elements)
    assert costs(both, seconds, energy_wh) == costs(first, seconds, energy_wh)


def test_a_price_for_energy_and_one_for_staying_long() -> None:
    assert costs(AFIR, 4 * HOUR, 10_000) == Decimal("5.90")
    assert costs(AFIR, 4 * HOUR + 61, 10_000) == Decimal("6.00")  # 0.1016…
    assert costs(AFIR, 5 * HOUR, 10_000) == Decimal("11.90")


def test_what_is_published_is_what_counts() -> None:
    """0.4958 net are 0.590002: with 84.745 kWh a cent more than 0.59 says."""
    assert costs(AFIR, 0, 84_745) == Decimal("50.00")
    assert costs(AFIR, 0, 84_744) == Decimal("50.00")
    assert costs(AFIR, 0, 1_000_000) == Decimal("590.00")


def test_the_last_step_size_counts_for_the_whole_time() -> None:
    """The examples of OCPI 2.2.1, section 11.4.2, with durations for times of the day."""
    of = Tariff(
        currency=Currency.EUR,
        elements=tuple(
            TariffElement(
                price_components=tuple(
                    component(kind, amount, step, vat=None) for kind in ("TIME", "PARKING_TIME")
                ),
                restrictions=time("0", begins, ends).restrictions,
            )
            for amount, step, begins, ends in (
                ("1.20", 1800, None, 1500),
                ("2.40", 900, 1500, 3 * HOUR),
            )
        ),
    )
    assert costs(of, 35 * 60, 0) == Decimal("1.30")
    # Free in the end: what was paid for until then is rounded up.
    assert costs(of, 3 * HOUR + 600, 0) == costs(of, 3 * HOUR, 0) == Decimal("6.70")


def test_a_break_in_what_is_paid_for_is_free() -> None:
    of = tariff(time("60", ends=600, step_size=900), time("60", begins=1800, step_size=900))
    assert costs(of, 601, 0) == costs(of, 1800, 0) == Decimal("17.85")
    assert costs(of, 1801, 0) == 2 * Decimal("17.85")


def test_the_first_element_that_holds_counts() -> None:
    of = tariff(time("6", begins=HOUR), time("3"))
    assert [(step.begins, step.time and step.time.price) for step in steps(of)] == [
        (0, Decimal(3)),
        (HOUR, Decimal(6)),
    ]
    assert len(steps(tariff(time("3"), time("6", begins=HOUR)))) == 1


@pytest.mark.parametrize(
    ("seconds", "counted"), [(-5.0, 0), (0, 0), (0.2, 1), (1, 1), (59.999999, 60)]
)
def test_each_second_that_has_begun_counts(seconds: float, counted: int) -> None:
    assert elapsed(BEGAN, BEGAN + timedelta(seconds=seconds)) == counted


def test_a_free_session_costs_nothing() -> None:
    assert costs(tariff(energy("0")), HOUR, 9000) == 0


def test_crowns_of_iceland_are_whole() -> None:
    element = TariffElement(price_components=(component("ENERGY", "42.5", vat=None),))
    of = Tariff(currency=Currency.ISK, elements=(element,))
    assert costs(of, 0, 1000) == Decimal(43)
