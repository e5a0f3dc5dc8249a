"""Starts and stops in every order that a station may send them in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.domain.quarantine import Rule
from tests.charging.company import DAWN, Company


async def test_a_session_of_days_and_one_of_nothing() -> None:
    company = Company()
    await company.stop(await company.start(), DAWN + timedelta(days=5), 60_100)
    await company.stop(await company.start(meter=60_100), DAWN, 60_100)
    assert [session.energy_wh for session in company.ended] == [60_000, 0]
    assert company.ended[0].ended_at - company.ended[0].started_at == timedelta(days=5)
    assert company.rules == []


async def test_a_meter_that_went_backwards_bills_nothing() -> None:
    company = Company()
    await company.stop(await company.start(meter=500), meter=400)
    assert (company.ended[0].energy_wh, company.ended[0].meter_stop_wh) == (0, 400)
    assert company.rules == [Rule.METER_WENT_BACKWARDS]


async def test_an_end_before_the_start() -> None:
    company = Company()
    await company.stop(await company.start(), DAWN - timedelta(hours=1), 200)
    assert company.ended[0].ended_at == company.ended[0].started_at
    assert company.rules == [Rule.ENDS_BEFORE_START]


async def test_a_clock_that_was_never_set() -> None:
    company = Company()
    boot = datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC)
    first = await company.start(at=boot)
    assert await company.start(at=boot) == first
    assert company.started[0].started_at == company.now
    company.now += timedelta(hours=1)
    await company.stop(first, at=boot, meter=300)
    assert company.ended[0].ended_at == company.now
    # After a reboot the station's clock says the same, and its meter may as well.
    second = await company.start(at=boot)
    assert second != first
    assert await company.start(at=boot) == second
    assert company.rules == [Rule.CLOCK_NOT_SET] * 3


@pytest.mark.parametrize("time", [{}, {"timestamp": ""}, {"timestamp": "yesterday"}])
async def test_a_start_without_a_time_counts_once(time: dict[str, str]) -> None:
    company = Company()
    said = {"connectorId": 1, "idTag": "card1", "meterStart": 100, **time}
    first = await company.call("StartTransaction", **said)
    company.now += timedelta(minutes=1)
    again = await company.call("StartTransaction", **said)
    assert again["transactionId"] == first["transactionId"]
    assert len(company.started) == 1


async def test_a_session_does_not_end_in_the_future() -> None:
    company = Company()
    transaction = await company.start(at=company.now + timedelta(days=3650))
    assert company.started[0].started_at == company.now
    company.now += timedelta(hours=1)
    await company.stop(transaction, company.now + timedelta(days=3650), 300)
    assert company.ended[0].ended_at == company.now
    assert company.rules == [Rule.CLOCK_AHEAD] * 2


async def test_unknown_and_blocked_tokens_are_recorded() -> None:
    company = Company()
    await company.start(id_tag="CARD2")
    await company.start(id_tag="stranger")
    assert [session.token_uid for session in company.started] == ["CARD2", "STRANGER"]
    assert company.rules == [Rule.TOKEN_UNKNOWN]


async def test_authorize_ignores_case() -> None:
    company = Company()
    statuses = [
        (await company.call("Authorize", idTag=uid))["idTagInfo"]["status"]
        for uid in ("card1", "CARD1", " Card1\n", "CARD1\0\0\0", "card2", "nobody", "")
    ]
    assert statuses == ["Accepted"] * 4 + ["Blocked", "Invalid", "Invalid"]


async def test_a_stop_names_the_token_that_stopped() -> None:
    company = Company()
    answer = await company.stop(await company.start(), idTag="card2", reason="Remote")
    assert answer == {"idTagInfo": {"status": "Blocked", "expiryDate": "2026-04-01T06:00:00Z"}}
    assert company.ended[0].stop_reason == "Remote"
    assert company.ended[0].token_uid == "CARD1"


async def test_an_unknown_stop_with_another_token_ends_no_session() -> None:
    company = Company()
    await company.start()
    assert await company.stop(999, meter=500, idTag="card2")
    assert await company.stop(998, meter=500) == {}
    assert company.ended == []
    assert company.rules == [Rule.STOP_OF_UNKNOWN_TRANSACTION] * 2
    await company.stop(997, meter=500, idTag="card1")
    assert [session.energy_wh for session in company.ended] == [400]


@settings(deadline=None)
@given(
    begin=st.integers(0, 10**9),
    energy=st.integers(0, 100_000),
    at=st.lists(st.integers(1, 119), min_size=1, max_size=5),
)
async def test_a_register_that_goes_evenly_from_start_to_stop_is_never_taken_for_kwh(
    begin: int, energy: int, at: list[int]
) -> None:
    company = Company()
    transaction_id = await company.start(meter=begin)
    for minute in sorted(at):
        await company.meter(
            transaction_id, DAWN + timedelta(minutes=minute), str(begin + energy * minute // 120)
        )
    await company.stop(transaction_id, DAWN + timedelta(hours=2), begin + energy)
    assert company.rules == []


async def test_transaction_data_is_kept() -> None:
    company = Company()
    value = {"timestamp": DAWN.isoformat(), "sampledValue": [{"value": "0.3", "unit": "kWh"}]}
    await company.stop(await company.start(), meter=300, transactionData=[value])
    [reading] = company.ledger.readings
    assert reading.register_wh == 300
    assert "transactionData" in reading.received


@dataclass(frozen=True)
class Charge:
    """What happens at one connector, one after the other."""

    minutes: int
    energy: int


charges = st.lists(
    st.builds(Charge, st.integers(1, 10_000), st.integers(0, 90_000)), min_size=1, max_size=6
)


@settings(deadline=None)
@given(charges, st.data())
async def test_each_session_once_with_its_energy(
    charged: list[Charge], data: st.DataObject
) -> None:
    """Repeated starts, repeated stops, stops that know no transaction, stops before starts."""
    company = Company()
    time, meter = DAWN, 0
    for charge in charged:
        begin, end = (
            (time, meter),
            (time + timedelta(minutes=charge.minutes), meter + charge.energy),
        )
        stop_first = data.draw(st.booleans(), "stop before start")
        if stop_first:
            await company.stop(-1, *end, idTag="card1")
        transaction_id = await company.start(*begin)
        for _ in range(data.draw(st.integers(0, 2), "repeated starts")):
            assert await company.start(*begin) == transaction_id
        if not stop_first:
            known = data.draw(st.booleans(), "knows its transaction")
            for _ in range(data.draw(st.integers(1, 3), "stops")):
                await company.stop(transaction_id if known else -1, *end, idTag="card1")
        time, meter = end[0] + timedelta(minutes=1), end[1]

    assert len(company.started) == len(charged)
    assert [session.energy_wh for session in company.ended] == [c.energy for c in charged]
    assert [session.session_id for session in company.ended] == [
        session.session_id for session in company.started
    ]
    assert company.ledger.unmatched == []
