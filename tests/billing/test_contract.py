from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.billing.domain.contract import Contract, Token
from tests.billing.fleet import contract, terms

MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: contract(time_zone="Europe/Atlantis"), "time_zone"),
        (lambda: contract(terms(), terms("2026-05-01")), "terms: those from 2026-01-01 must end"),
        (lambda: terms("2026-02-01", "2026-02-01"), "must be after valid_from"),
        (lambda: terms(price_per_kwh="0.1234567"), "price_per_kwh: 0.1234567"),
        (lambda: terms(monthly_fee="NaN"), "monthly_fee: NaN"),
        (lambda: terms(monthly_fee="1E+3"), "monthly_fee"),
        (lambda: contract(tokens=(Token(uid="a"), Token(uid="A"))), "A is there twice"),
        (
            lambda: contract(tokens=(Token(uid="A", valid_from=date(2025, 12, 31)),)),
            "A is valid outside of the contract",
        ),
        (
            lambda: contract(
                terms("2026-01-01", "2026-06-01"),
                tokens=(Token(uid="A", valid_to=date(2026, 6, 2)),),
            ),
            "outside of the contract",
        ),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_token_may_pass_from_driver_to_driver() -> None:
    shared = contract(
        tokens=(
            Token(uid="a1", driver="Anna", valid_to=MARCH),
            Token(uid="A1", driver="Ben", valid_from=MARCH),
        )
    )
    assert shared.driver_of("A1", date(2026, 2, 28)) == "Anna"
    assert shared.driver_of("A1", MARCH) == "Ben"


def test_terms_change_on_their_day() -> None:
    dated = contract(
        terms("2026-01-01", "2026-03-01"), terms("2026-03-01", "2026-06-01", price_per_kwh="0.42")
    )
    assert dated.terms_on(date(2026, 2, 28)).price_per_kwh == Decimal("0.39")
    assert dated.terms_on(MARCH).price_per_kwh == Decimal("0.42")
    assert dated.terms_on(date(2026, 7, 1)).price_per_kwh == Decimal("0.42"), "the nearest"


@pytest.mark.parametrize(
    ("later", "says"),
    [
        (contract(time_zone="Europe/Lisbon"), "time zone"),
        (contract(terms(price_per_kwh="0.40")), "the terms before 2026-03-01"),
        (contract(terms("2026-01-01", "2026-02-15")), "the terms before 2026-03-01"),
        (contract(tokens=()), "tokens before 2026-03-01 are invoiced: 04A1"),
        (contract(tokens=(Token(uid="04A1", driver="Ben"),)), "tokens before"),
    ],
)
def test_what_is_invoiced_cannot_be_changed(later: Contract, says: str) -> None:
    assert says in str(contract().change_of_closed_days(later, MARCH))


@pytest.mark.parametrize(
    "later",
    [
        contract(terms("2026-01-01", "2026-03-01"), terms("2026-03-01", price_per_kwh="0.42")),
        contract(terms("2026-01-01", "2026-03-01")),
        contract(tokens=(Token(uid="04A1", driver="Anna Schröder"), Token(uid="04B2"))),
        contract(tokens=(Token(uid="04A1", driver="Anna Schröder", valid_to=MARCH),)),
    ],
)
def test_the_future_can_be_changed(later: Contract) -> None:
    assert contract().change_of_closed_days(later, MARCH) is None
