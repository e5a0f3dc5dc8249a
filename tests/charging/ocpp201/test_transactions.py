"""Transaction events in every order, and the sessions that they tell of (OCPP 2.0.1, block E)."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.domain.quarantine import Rule
from services.charging.domain.tokens import Token, TokenStatus
from tests.charging.company import DAWN, Company
from tests.charging.ocpp201.transactions import CARD1, Payload, event, tell

NOON = DAWN + timedelta(hours=6)
UNTIL = {"cacheExpiryDateTime": "2026-04-01T06:00:00Z"}
"""A day after it is heard."""
ACCEPTED = {"idTokenInfo": {"status": "Accepted", **UNTIL}}

PARKED = event("Started", 0, evse={"id": 2, "connectorId": 1}, trigger="CablePluggedIn")
AUTHORISED = event("Updated", 1, idToken=CARD1, meter=1000, trigger="Authorized")
CHARGING = event("Updated", 2, DAWN + timedelta(hours=1), meter=8000, trigger="MeterValuePeriodic")
ENDED = event("Ended", 3, NOON, meter=31_000, reason="EVDisconnected", trigger="EVDeparted")
WHOLE = [PARKED, AUTHORISED, CHARGING, ENDED]


async def test_a_session_begins_when_it_is_known_for_whom_and_from_what() -> None:
    company = Company()
    assert await tell(company, PARKED) == {}
    assert company.started == []
    assert await tell(company, AUTHORISED) == ACCEPTED
    [started] = company.started
    assert (started.connector_id, started.token_uid, started.meter_start_wh) == (2, "CARD1", 1000)
    assert started.started_at == DAWN
    assert await tell(company, CHARGING) == {}
    [ended] = (await tell(company, ENDED), company.ended)[1]
    assert (ended.energy_wh, ended.stop_reason, ended.ended_at) == (30_000, "EVDisconnected", NOON)
    assert ended.session_id == started.session_id
    assert [reading.register_wh for reading in company.ledger.readings] == [1000, 8000, 31_000]
    assert company.rules == []


@settings(deadline=None)
@given(st.permutations([*WHOLE, *WHOLE]))
async def test_in_whatever_order_and_however_often(events: list[Payload]) -> None:
    company = Company()
    for one in events:
        await company.call_in("ocpp2.0.1", "TransactionEvent", one)
    [started], [ended] = company.started, company.ended
    assert (started.session_id, started.token_uid) == (ended.session_id, "CARD1")
    assert (started.meter_start_wh, ended.energy_wh) == (1000, 30_000)
    assert set(company.rules) <= {Rule.STOP_OF_UNKNOWN_TRANSACTION}


async def test_an_event_that_never_comes() -> None:
    company = Company()
    for one in (PARKED, CHARGING, ENDED):  # it might have said who
        await tell(company, one)
    assert company.started == []
    await tell(company, AUTHORISED)
    [ended] = company.ended
    assert (ended.energy_wh, ended.token_uid) == (30_000, "CARD1")

    company = Company()
    started = event("Started", 0, idToken=CARD1)
    for one in (started, CHARGING):  # an earlier one might have told the meter's start
        await tell(company, one)
    assert company.started == []
    await tell(company, ENDED)
    assert [ended.energy_wh for ended in company.ended] == [23_000]


async def test_offline_events_come_later_and_the_end_before_the_start() -> None:
    company = Company()
    assert await tell(company, ENDED | {"offline": True}) == {}
    assert company.ended == []
    await tell(company, AUTHORISED | {"offline": True})
    await tell(company, PARKED | {"offline": True})
    [ended] = company.ended
    assert (ended.energy_wh, ended.token_uid, ended.ended_at) == (30_000, "CARD1", NOON)
    assert company.rules == [Rule.STOP_OF_UNKNOWN_TRANSACTION]


async def test_a_second_end_that_says_otherwise_changes_nothing() -> None:
    company = Company()
    for one in WHOLE:
        await tell(company, one)
    await tell(company, event("Ended", 4, NOON, meter=99_000))
    await tell(company, event("Ended", 5, NOON))
    assert [ended.energy_wh for ended in company.ended] == [30_000]
    assert company.rules == [Rule.STOP_DIFFERS]


@pytest.mark.parametrize(
    ("events", "energy", "rules"),
    [
        ([event("Started", 0, idToken=CARD1), event("Ended", 1)], 0,
         [Rule.METER_START_MISSING, Rule.METER_STOP_MISSING]),
        ([event("Started", 0, idToken=CARD1), event("Ended", 1, meter=700)], 0,
         [Rule.METER_START_MISSING]),
        ([event("Started", 0, idToken=CARD1, meter=500), event("Updated", 1, NOON, meter=700),
          event("Ended", 2, NOON)], 200, [Rule.METER_STOP_MISSING]),
        ([event("Started", 0, idToken=CARD1), event("Updated", 1, meter=500),
          event("Ended", 2, meter=700)], 200, []),
        ([event("Started", 0, idToken=CARD1, meter=700), event("Ended", 1, meter=500)], 0,
         [Rule.METER_WENT_BACKWARDS]),
    ],
)  # fmt: skip
async def test_what_meters_leave_out(events: list[Payload], energy: int, rules: list[Rule]) -> None:
    company = Company()
    for one in events:
        await tell(company, one)
    [ended] = company.ended
    assert (ended.energy_wh, ended.token_uid) == (energy, "CARD1")
    assert company.rules == rules


async def test_begin_and_end_may_both_come_with_the_end() -> None:
    def value(context: str, wh: float, **more: Any) -> Payload:
        sample = {"value": wh, "context": context, **more}
        return {"timestamp": NOON.isoformat(), "sampledValue": [sample]}

    company = Company()
    await tell(company, event("Started", 0, idToken=CARD1))
    kilo = {"unitOfMeasure": {"unit": "Wh", "multiplier": 3}}
    values = [
        value("Transaction.End", 12.3456, **kilo),
        value("Transaction.Begin", 2.0, unitOfMeasure={"unit": "kWh"}),
        value("Sample.Clock", 5000, measurand="Power.Active.Import"),
        value("Sample.Clock", 7, location="EV"),
    ]
    await tell(company, event("Ended", 1, NOON, meterValue=values))
    [ended] = company.ended
    assert (ended.meter_start_wh, ended.meter_stop_wh) == (2000, 12_346)
    assert company.rules == []


async def test_tokens_that_may_not_charge_and_nobody() -> None:
    company = Company()
    for tx, token, status in (
        ("a", {"idToken": "CARD2", "type": "ISO14443"}, "Blocked"),
        ("b", {"idToken": "stranger", "type": "eMAID"}, "Unknown"),
        ("c", {"idToken": "", "type": "NoAuthorization"}, "Unknown"),
    ):
        answer = await tell(company, event("Started", 0, tx=tx, idToken=token, meter=0))
        assert answer["idTokenInfo"]["status"] == status
        assert ("cacheExpiryDateTime" in answer["idTokenInfo"]) == (status == "Blocked")
    await tell(company, event("Started", 0, tx="d", meter=0))
    await tell(company, event("Ended", 1, tx="d", meter=400))
    assert [started.token_uid for started in company.started] == [
        "CARD2",
        "STRANGER",
        "NOAUTHORIZATION",
        "NOAUTHORIZATION",
    ]
    assert [(ended.token_uid, ended.energy_wh) for ended in company.ended] == [
        ("NOAUTHORIZATION", 400)
    ]
    assert company.rules == [Rule.TOKEN_UNKNOWN, Rule.TOKEN_UNKNOWN]


async def test_who_stops_a_session_does_not_become_its_driver() -> None:
    company = Company()
    await tell(company, event("Started", 0, idToken=CARD1, meter=0))
    stop = event("Ended", 1, meter=100, idToken={"idToken": "CARD2", "type": "ISO14443"})
    assert await tell(company, stop) == {"idTokenInfo": {"status": "Blocked", **UNTIL}}
    assert [ended.token_uid for ended in company.ended] == ["CARD1"]


async def test_an_evse_that_is_known_later() -> None:
    company = Company()
    await tell(company, event("Started", 0, idToken=CARD1, meter=0, trigger="RemoteStart"))
    assert [started.connector_id for started in company.started] == [0]
    await tell(company, event("Updated", 1, evse={"id": 3}, trigger="CablePluggedIn"))
    await tell(company, event("Updated", 2, evse={"id": 3}, meter=50))
    assert company.ledger.readings[-1].connector_id == 3
    await tell(company, event("Ended", 3, meter=100))
    assert [ended.connector_id for ended in company.ended] == [3]


async def test_a_clock_that_was_never_set() -> None:
    company = Company()
    never = datetime(1970, 1, 1, tzinfo=UTC)
    await tell(company, event("Started", 0, never, idToken=CARD1, meter=0))
    await tell(company, event("Ended", 1, never, meter=10))
    [ended] = company.ended
    assert (ended.started_at, ended.ended_at) == (company.now, company.now)
    assert set(company.rules) == {Rule.CLOCK_NOT_SET}


@pytest.mark.parametrize(
    ("until", "begin", "register", "rules"),
    [
        (NOON, 1_000, 30, [Rule.REGISTER_IN_KWH]),
        (NOON, 0, 30, [Rule.REGISTER_IN_KWH]),  # hardly any had flowed by then
        (NOON, 0, 20_000, []),
        (DAWN, 0, 0, []),  # as it began
    ],
)
async def test_samples_in_kwh_that_claim_to_be_wh(
    until: datetime, begin: int, register: int, rules: list[Rule]
) -> None:
    company = Company()
    await tell(company, event("Started", 0, idToken=CARD1, meter=begin))
    await tell(company, event("Updated", 1, until, meter=register))
    await tell(company, event("Ended", 2, until, meter=31_000))
    assert [ended.energy_wh for ended in company.ended] == [31_000 - begin]
    assert company.rules == rules


async def test_a_transaction_id_used_again() -> None:
    company = Company()
    for one in WHOLE:
        await tell(company, one)
    again = event("Started", 0, NOON + timedelta(days=1), idToken=CARD1, meter=40_000)
    assert await tell(company, again) == ACCEPTED
    assert len(company.started) == 1
    assert company.rules == [Rule.TRANSACTION_ID_REUSED]


async def test_a_session_of_ocpp_1_6_is_ended_by_its_station_in_2_0_1() -> None:
    company = Company()
    transaction_id = await company.start(meter=100)
    await tell(company, event("Ended", 7, NOON, tx=str(transaction_id), meter=600))
    [ended] = company.ended
    assert (ended.transaction_id, ended.energy_wh) == (transaction_id, 500)


async def test_a_station_that_counts_comes_to_the_id_of_a_session_of_ocpp_1_6() -> None:
    company = Company()
    transaction_id = await company.start(meter=100)
    await company.stop(transaction_id, meter=600)
    tx, evening = str(transaction_id), DAWN + timedelta(days=1)
    await tell(company, event("Started", 0, evening, tx=tx, idToken=CARD1, meter=600))
    await tell(company, event("Ended", 1, evening + timedelta(hours=1), tx=tx, meter=900))
    assert [ended.energy_wh for ended in company.ended] == [500, 300]
    assert company.rules == []


async def test_lenience() -> None:
    company = Company()
    odd = event("Started", "0", idToken=CARD1, meter=0, trigger="Because")  # type: ignore[arg-type]
    assert await company.call_in("ocpp2.0.1", "TransactionEvent", odd) == ACCEPTED
    broken = event("Ended", 1, reason="Tired") | {"meterValue": [{"timestamp": DAWN.isoformat()}]}
    assert await company.call_in("ocpp2.0.1", "TransactionEvent", broken) == {}
    [ended] = company.ended
    assert ended.stop_reason == "Other"
    assert sorted(company.rules) == [
        Rule.FIELD_LEFT_OUT,
        Rule.METER_STOP_MISSING,
        Rule.TEXT_FOR_NUMBER,
        Rule.VALUE_UNKNOWN,
        Rule.VALUE_UNKNOWN,
    ]


@pytest.mark.parametrize("odd", [{"additionalInfo": []}, {"type": "RFID"}, {"type": "iso14443"}])
async def test_who_charges_counts_whatever_else_is_odd_about_it(odd: dict[str, object]) -> None:
    company = Company()
    started = event("Started", 0, idToken=CARD1 | odd, meter=0)
    assert await company.call_in("ocpp2.0.1", "TransactionEvent", started) == ACCEPTED
    [begun] = company.started
    assert begun.token_uid == "CARD1"
    assert len(company.rules) == 1


@pytest.mark.parametrize(
    "odd",
    [
        [{}],
        [{"value": None}],
        [{"value": 9, "signedMeterValue": {"encodingMethod": "OCMF"}, "location": "EV"}],
    ],
)
async def test_an_odd_sample_costs_no_other(odd: list[dict[str, object]]) -> None:
    company = Company()
    await tell(company, event("Started", 0, idToken=CARD1, meter=0))
    ended = event("Ended", 1, NOON, meter=31_000)
    ended["meterValue"][0]["sampledValue"] += odd
    assert await company.call_in("ocpp2.0.1", "TransactionEvent", ended) == {}
    assert [ended.energy_wh for ended in company.ended] == [31_000]
    assert len(company.rules) == 1


SHOWN = [
    event("Started", 0, idToken=CARD1 | {"idToken": "BADCARD"}, meter=0),
    event("Updated", 1, idToken=CARD1),
    event("Updated", 2, idToken=CARD1 | {"idToken": "CARD3"}),
]


@pytest.mark.parametrize("shown", list(itertools.permutations(SHOWN)))
async def test_a_session_is_whose_card_was_accepted_first(shown: tuple[Payload, ...]) -> None:
    company = Company()
    company.ledger.known["CARD3"] = Token("CARD3", TokenStatus.ACCEPTED, "Eve")
    for one in shown:
        await tell(company, one)
    stopped = CARD1 | {"idToken": "CARD3"}
    await tell(company, event("Ended", 3, NOON, idToken=stopped, meter=9000))
    assert [(ended.token_uid, ended.energy_wh) for ended in company.ended] == [("CARD1", 9000)]


async def test_who_stops_it_does_not_pay_for_whom_nobody_let_in() -> None:
    company = Company()
    await tell(company, SHOWN[0])
    await tell(company, event("Ended", 1, NOON, idToken=CARD1, meter=9000))
    assert [ended.token_uid for ended in company.ended] == ["BADCARD"]


async def test_tokens_of_one_group() -> None:
    company = Company()
    company.ledger.known["CARD3"] = Token(
        "CARD3", TokenStatus.ACCEPTED, "Eve", group_uid="NIGHTSHIFT"
    )
    card = {"idToken": "card3", "type": "ISO14443"}
    group = {"idToken": "NIGHTSHIFT", "type": "Central"}
    thought = {"status": "Accepted", "groupIdToken": group, **UNTIL}
    assert await tell(company, event("Started", 0, idToken=card)) == {"idTokenInfo": thought}
    answer = await company.call_in("ocpp2.0.1", "Authorize", {"idToken": card})
    assert answer == {"idTokenInfo": thought}
    answer = await company.call("Authorize", idTag="card3")
    until = "2026-04-01T06:00:00Z"
    grouped = {"status": "Accepted", "parentIdTag": "NIGHTSHIFT", "expiryDate": until}
    assert answer == {"idTagInfo": grouped}
