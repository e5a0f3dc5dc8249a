"""Stops that no rule is certain of: an operator says whose they are, and it is billed once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.charging.domain.quarantine import Rule
from services.charging.domain.sessions import Session, Start, Stop
from services.charging.domain.stop_assignment import Assignment, NotWaitingError, UnfitStopError
from tests.charging.company import DAWN, Company
from tests.charging.ocpp201.transactions import CARD1, event, tell

HOUR = timedelta(hours=1)


async def waits() -> Company:
    """A stop of 900 Wh at seven that no session is known for."""
    company = Company()
    await company.stop(-1, DAWN + HOUR, 900, idTag="card1")
    assert company.ended == []
    return company


def began(**more: Any) -> Start:
    facts: dict[str, Any] = {
        "station_id": "CP1",
        "connector_id": 1,
        "token_uid": "CARD1",
        "said_at": DAWN,
        "received_at": DAWN + 9 * HOUR,
        "meter_start_wh": 200,
    }
    return Start(**facts | more)


async def assign(
    company: Company, session_id: UUID, start: Start | None = None, **more: Any
) -> None:
    stop = company.ledger.stops[0][0]
    said = Assignment(stop=stop, session_id=session_id, start=start, by="olga", **more)
    await company.assignments.assign(said)


def only_session(company: Company) -> Session:
    [session] = company.ledger.sessions.values()
    return session


async def test_a_session_of_its_own_begins_and_ends_at_once() -> None:
    company, session_id = await waits(), uuid4()
    await assign(company, session_id, began())
    [ended] = company.ended
    assert [started.session_id for started in company.started] == [str(session_id)]
    assert (ended.energy_wh, ended.started_at, ended.ended_at) == (700, DAWN, DAWN + HOUR)
    assert company.ledger.unmatched == []
    # What the station tells of it after all is of the same session.
    assert await company.start(DAWN, meter=200) == only_session(company).transaction_id
    await company.stop(-1, DAWN + HOUR, 900, idTag="card1")
    assert (len(company.started), len(company.ended)) == (1, 1)
    assert company.rules == [Rule.STOP_OF_UNKNOWN_TRANSACTION]


async def test_the_end_of_a_session_that_goes_on() -> None:
    company = Company()
    await company.start(meter=100, connector=1)
    await company.start(meter=100, connector=1, id_tag="card2")
    await company.stop(-1, DAWN + HOUR, 900, idTag="stranger")
    session = next(iter(company.ledger.sessions.values()))
    await assign(company, session.id)
    [ended] = company.ended
    assert (ended.session_id, ended.energy_wh) == (str(session.id), 800)


def lost(company: Company, **facts: Any) -> Assignment:
    """What an operator knows of the only session's end."""
    session = only_session(company)
    given: dict[str, Any] = {"said_at": DAWN + HOUR, "meter_stop_wh": 900}
    stop = Stop(
        station_id="CP1",
        transaction_id=session.transaction_id,
        token_uid=None,
        received_at=company.now,
        reason="Other",
        **given | facts,
    )
    return Assignment(stop=stop, session_id=session.id, by="olga", is_entered=True)


async def test_a_stop_that_was_lost_is_entered_and_stands() -> None:
    company = Company()
    transaction_id = await company.start(meter=200)
    await company.assignments.assign(lost(company))
    [ended] = company.ended
    assert (ended.energy_wh, ended.ended_at) == (700, DAWN + HOUR)
    with pytest.raises(UnfitStopError, match="over already"):
        await company.assignments.assign(lost(company))
    await company.stop(transaction_id, DAWN + 2 * HOUR, 1000)
    assert (len(company.ended), company.rules) == (1, [Rule.STOP_DIFFERS])


@pytest.mark.parametrize(
    ("facts", "why"),
    [({"said_at": DAWN - HOUR}, "ended_at"), ({"meter_stop_wh": 100}, "began with 200 Wh")],
)
async def test_no_lost_stop_is_entered_that_cannot_be(facts: dict[str, Any], why: str) -> None:
    company = Company()
    await company.start(meter=200)
    with pytest.raises(UnfitStopError, match=why):
        await company.assignments.assign(lost(company, **facts))
    assert company.ended == []


async def test_what_was_signed_in_the_session_is_judged() -> None:
    company = await waits()
    transaction = str(await company.start(meter=100, id_tag="card2"))
    company.ledger.signed[transaction] = [b"no signature"]
    await assign(company, only_session(company).id, transaction=transaction)
    assert company.ended[0].signed_verdict is not None


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (began(meter_start_wh=901), "901 Wh"),
        (began(said_at=DAWN + 2 * HOUR), "later than the stop"),
        (began(connector_id=2), "has 1"),
        (None, "has no session"),
    ],
)
async def test_what_does_not_fit_changes_nothing(start: Start | None, why: str) -> None:
    company = await waits()
    with pytest.raises(UnfitStopError, match=why):
        await assign(company, uuid4(), start)
    assert (company.started, len(company.ledger.unmatched)) == ([], 1)


async def test_a_start_that_is_known_begins_no_second_session() -> None:
    company = await waits()
    await company.start(DAWN, meter=200, id_tag="card2")
    with pytest.raises(UnfitStopError, match=str(only_session(company).id)):
        await assign(company, uuid4(), began(token_uid="CARD2"))


async def test_whatever_is_over_stays_as_it_is() -> None:
    company = await waits()
    transaction = await company.start(meter=100, id_tag="card2")
    await company.stop(transaction, DAWN + HOUR, 300)
    with pytest.raises(UnfitStopError, match="over already"):
        await assign(company, only_session(company).id)
    await assign(company, uuid4(), began())
    with pytest.raises(NotWaitingError):
        await assign(company, uuid4(), began())
    assert [ended.energy_wh for ended in company.ended] == [200, 700]


async def test_one_that_is_assigned_may_make_another_certain() -> None:
    company = Company()
    await company.stop(-1, DAWN + HOUR, 500, idTag="card1")
    await company.stop(-1, DAWN + 2 * HOUR, 900, idTag="card1")
    await company.start(meter=400)
    assert company.ended == []
    await assign(company, uuid4(), began())
    assert [ended.energy_wh for ended in company.ended] == [300, 500]


ENDED = event("Ended", 7, DAWN + HOUR, meter=900, idToken=CARD1)


async def test_the_end_of_an_unknown_transaction_of_2_0_1_waits_once() -> None:
    company = Company()
    await tell(company, event("Updated", 6, idToken=CARD1, meter=300))
    for end in (ENDED, ENDED, ENDED | {"seqNo": 8}):
        await tell(company, end)
    [stop] = company.ledger.unmatched
    facts = (stop.station_transaction_id, stop.token_uid, stop.meter_stop_wh)
    assert facts == ("t-1", "CARD1", 900)
    # It is no stop of OCPP 1.6 that may be of any transaction.
    await company.start(meter=100)
    assert company.ended == []
    await tell(company, event("Started", 5, meter=200))
    [ended] = company.ended
    assert (ended.energy_wh, company.ledger.unmatched) == (700, [])


async def test_a_transaction_of_2_0_1_whose_start_never_comes() -> None:
    company = Company()
    await tell(company, ENDED)
    await assign(company, uuid4(), began())
    assert only_session(company).station_transaction_id == "t-1"
    # It comes after all.
    for late in (event("Started", 0, idToken=CARD1, meter=100), ENDED):
        await tell(company, late)
    assert [ended.energy_wh for ended in company.ended] == [700]


async def test_a_transaction_of_2_0_1_that_is_another_ones_end() -> None:
    company = Company()
    await tell(company, event("Started", 0, tx="t-0", idToken=CARD1, meter=100))
    await tell(company, ENDED)
    await assign(company, only_session(company).id)
    for late in (event("Started", 0, idToken=CARD1, meter=100), ENDED):
        await tell(company, late)
    assert [ended.energy_wh for ended in company.ended] == [800]
    assert len(company.started) == 1
