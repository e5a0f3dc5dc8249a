"""What stations of OCPP 2.0.1 hear of prices and costs, and when they hear nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.charging.application.central_systems import central_systems
from services.charging.application.ports import PublishedTariff
from services.charging.domain.tokens import ANONYMOUS, CACHED_WITH_PRICE_FOR, Token, TokenStatus
from tests.charging.company import DAWN, HEARD, Company
from tests.charging.ocpp201.transactions import CARD1, event, tell
from tests.charging.ocpp201.use_cases_of_tariffs import LATER, PAYS_AD_HOC, PRICE, TERMINAL
from tests.charging.tariffs.tariffs import AFIR, energy, tariff

HOUR = timedelta(hours=1)


@pytest.fixture
def company() -> Company:
    """With a site that publishes a price, and a token by which it is paid."""
    company = Company()
    company.ledger.known["TERMINAL"] = PAYS_AD_HOC
    company.tariffs.published = PublishedTariff(AFIR, None)
    return company


async def started(company: Company, token: Any = TERMINAL, **more: Any) -> Any:
    begun = {"idToken": token, "meter": 0, "evse": {"id": 1}} | more
    return await tell(company, event("Started", 0, **begun))


async def updated(company: Company, seq_no: int, at: datetime, **more: Any) -> Any:
    return await tell(company, event("Updated", seq_no, at, **more))


async def ended(company: Company, seq_no: int, at: datetime, **more: Any) -> Any:
    return await tell(company, event("Ended", seq_no, at, **more))


async def test_a_contract_hears_of_no_price_and_asks_for_none(company: Company) -> None:
    for action in ("Authorize", "TransactionEvent"):
        said = event("Started", 0, idToken=CARD1, meter=0) if action != "Authorize" else {}
        answer = await company.call_in("ocpp2.0.1", action, {"idToken": CARD1} | said)
        assert answer["idTokenInfo"].keys() == {"status", "cacheExpiryDateTime"}
    assert await updated(company, 1, DAWN + 5 * HOUR, meter=9000) == {}
    assert "totalCost" not in await ended(company, 2, DAWN + 6 * HOUR, meter=9000, idToken=CARD1)
    assert company.tariffs.asked == 0


async def test_a_session_asks_for_its_tariff_once(company: Company) -> None:
    await started(company)
    for hour in range(1, 5):
        await updated(company, hour, DAWN + hour * HOUR, meter=hour)
    assert (await ended(company, 9, DAWN + 5 * HOUR, meter=9000))["totalCost"] == 11.31
    assert company.tariffs.asked == 1


async def test_the_card_that_ends_it_hears_of_its_cost_alone(company: Company) -> None:
    await started(company)
    answer = await ended(company, 1, DAWN + HOUR, meter=1000, idToken=TERMINAL)
    assert answer["totalCost"] == 0.59
    assert "personalMessage" not in answer["idTokenInfo"]


async def test_who_does_not_pay_hears_of_no_price(company: Company) -> None:
    await started(company, CARD1)
    named = await updated(company, 1, DAWN, idToken=TERMINAL)
    assert "personalMessage" not in named["idTokenInfo"]
    assert company.tariffs.asked == 0


async def test_a_contract_that_comes_in_place_of_a_refused_card_hears_of_no_cost(
    company: Company,
) -> None:
    company.ledger.known["TERMINAL"] = Token("TERMINAL", TokenStatus.BLOCKED, "T", ad_hoc=True)
    await started(company)
    assert await updated(company, 1, DAWN + HOUR, meter=1000) == {"totalCost": 0.59}
    assert "totalCost" not in await updated(company, 2, DAWN + HOUR, idToken=CARD1)
    assert await updated(company, 3, DAWN + HOUR, meter=1000) == {}
    assert await ended(company, 4, DAWN + HOUR, meter=1000) == {}


async def test_a_repeated_end_costs_the_same(company: Company) -> None:
    await started(company)
    first = await ended(company, 1, DAWN + HOUR, meter=1000)
    assert await ended(company, 1, DAWN + HOUR, meter=1000) == first == {"totalCost": 0.59}


async def test_what_is_free_costs_0(company: Company) -> None:
    company.tariffs.published = PublishedTariff(tariff(energy("0")), None)
    await started(company)
    assert await updated(company, 1, DAWN + HOUR, meter=1) == {"totalCost": 0}
    assert await ended(company, 2, DAWN + HOUR, meter=1000) == {"totalCost": 0}


async def test_without_a_tariff_nothing_is_told(company: Company) -> None:
    company.tariffs.published = None
    assert "personalMessage" not in (await started(company))["idTokenInfo"]
    assert await updated(company, 1, DAWN + HOUR, meter=1) == {}
    assert await ended(company, 2, DAWN + HOUR, meter=1000) == {}


async def test_an_amount_is_not_shown_in_another_currency(company: Company) -> None:
    company.tariffs.published = PublishedTariff(AFIR, "CHF")
    assert (await started(company))["idTokenInfo"]["personalMessage"] == PRICE
    answer = await updated(company, 1, DAWN + 4 * HOUR, meter=1)
    assert answer == {"updatedPersonalMessage": LATER}
    assert await ended(company, 2, DAWN + 5 * HOUR, meter=1000) == {}


async def test_until_the_meter_is_known_there_is_no_cost(company: Company) -> None:
    await tell(company, event("Started", 0, evse={"id": 1}, meter=500))
    named = await updated(company, 1, DAWN, idToken=TERMINAL)
    assert named["idTokenInfo"]["personalMessage"] == PRICE
    assert "totalCost" not in named
    assert await updated(company, 2, DAWN + HOUR, meter=1500) == {"totalCost": 0.59}


async def test_a_session_that_begins_after_its_card_was_shown(company: Company) -> None:
    named = await tell(company, event("Started", 0, idToken=TERMINAL))
    assert named["idTokenInfo"]["personalMessage"] == PRICE
    assert await updated(company, 1, DAWN, meter=0, evse={"id": 1}) == {"totalCost": 0}
    assert await updated(company, 2, DAWN + HOUR, meter=1000) == {"totalCost": 0.59}


async def test_a_later_step_is_told_once_and_again_when_its_answer_was_lost(
    company: Company,
) -> None:
    await started(company)
    said = await updated(company, 1, DAWN + 4 * HOUR, meter=0)
    assert said["updatedPersonalMessage"] == LATER
    assert await updated(company, 1, DAWN + 4 * HOUR, meter=0) == said
    assert await updated(company, 2, DAWN + 4 * HOUR + HOUR / 60) == {"totalCost": 0.1}


async def test_what_comes_late_tells_nothing_new(company: Company) -> None:
    await started(company)
    assert await updated(company, 2, DAWN + 2 * HOUR, meter=2000) == {"totalCost": 1.18}
    assert await updated(company, 1, DAWN + HOUR, meter=1000) == {}
    assert await updated(company, 3, DAWN + 3 * HOUR) == {"totalCost": 1.18}
    assert await ended(company, 5, DAWN + 3 * HOUR, meter=3000) == {"totalCost": 1.77}
    assert await updated(company, 4, DAWN + 3 * HOUR, meter=3000) == {}


async def test_another_program_goes_on(company: Company) -> None:
    await started(company)
    await updated(company, 1, DAWN + 4 * HOUR, meter=1000)
    company.central_systems = {
        system.version.name: system for system in central_systems(company.store, lambda: HEARD)
    }
    at = DAWN + 4 * HOUR + HOUR / 60
    # What the meter showed is not known any more; that the price has changed is told once more.
    assert await updated(company, 2, at) == {"updatedPersonalMessage": LATER}
    assert await updated(company, 3, at + HOUR / 60, meter=1000) == {"totalCost": 0.79}
    assert await ended(company, 4, at + HOUR / 60, meter=1000) == {"totalCost": 0.79}


async def test_who_may_not_charge_hears_of_no_price(company: Company) -> None:
    company.ledger.known["TERMINAL"] = Token("TERMINAL", TokenStatus.BLOCKED, "T", ad_hoc=True)
    for answer in (
        await company.call_in("ocpp2.0.1", "Authorize", {"idToken": TERMINAL}),
        await started(company),
    ):
        assert answer["idTokenInfo"]["status"] == "Blocked"
        assert "personalMessage" not in answer["idTokenInfo"]
    # What flowed all the same is paid for.
    assert await ended(company, 1, DAWN + HOUR, meter=1000) == {"totalCost": 0.59}


async def test_a_price_is_remembered_for_ten_minutes(company: Company) -> None:
    answer = await company.call_in("ocpp2.0.1", "Authorize", {"idToken": TERMINAL})
    expires = datetime.fromisoformat(answer["idTokenInfo"]["cacheExpiryDateTime"])
    assert expires - HEARD == CACHED_WITH_PRICE_FOR == timedelta(minutes=10)


async def test_whoever_presses_a_button_pays_ad_hoc(company: Company) -> None:
    company.ledger.known[ANONYMOUS] = Token(ANONYMOUS, TokenStatus.ACCEPTED, "T", ad_hoc=True)
    button = {"idToken": "", "type": "NoAuthorization"}
    assert (await started(company, button))["idTokenInfo"]["personalMessage"] == PRICE
    assert await ended(company, 1, DAWN + HOUR, meter=1000) == {"totalCost": 0.59}


async def test_in_1_6_nothing_is_told(company: Company) -> None:
    transaction = await company.start(id_tag="terminal")
    assert await company.stop(transaction, DAWN + HOUR, 1100) == {}
    assert company.tariffs.asked == 0
    [session] = company.ledger.sessions.values()
    assert session.ad_hoc
