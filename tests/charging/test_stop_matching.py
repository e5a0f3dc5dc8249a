"""Stops that name no transaction of ours: each ends its own session, or waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.domain.quarantine import Rule
from services.charging.domain.stop_matching import PATIENCE
from tests.charging.company import DAWN, Company

HOUR = timedelta(hours=1)


def two_connectors() -> Company:
    company = Company()
    company.ledger.connectors = 2
    return company


async def patience(company: Company) -> None:
    """Passes, and the node looks again."""
    company.now += PATIENCE
    await company.matching.look()


async def test_a_stop_that_comes_before_an_earlier_start_does_not_end_the_session_after_it() -> (
    None
):
    company = two_connectors()
    later = await company.start(DAWN + HOUR, meter=100, connector=2)
    await company.stop(-1, DAWN + 2 * HOUR, 900, idTag="card1")
    assert company.ended == []
    await company.start(DAWN, meter=400, connector=1)
    await company.stop(later, DAWN + 3 * HOUR, 7100)
    await patience(company)
    assert {session.connector_id: session.energy_wh for session in company.ended} == {
        1: 500,
        2: 7000,
    }
    assert company.rules == [Rule.STOP_OF_UNKNOWN_TRANSACTION]


async def test_a_stop_that_fits_two_sessions_waits_for_one_of_them_to_end() -> None:
    company = two_connectors()
    one = await company.start(meter=100, connector=1)
    await company.start(meter=100, connector=2)
    await company.stop(-1, DAWN + HOUR, 900, idTag="card1")
    await patience(company)
    assert (company.ended, len(company.ledger.unmatched)) == ([], 1)
    await company.stop(one, DAWN + HOUR, 300)
    await patience(company)
    assert [session.energy_wh for session in company.ended] == [200, 800]


async def test_two_stops_that_fit_one_session_wait() -> None:
    company = Company()
    await company.stop(-1, DAWN + HOUR, 500, idTag="card1")
    await company.stop(-1, DAWN + 3 * HOUR, 900, idTag="card1")
    await company.start(meter=100)
    assert company.ended == []
    await company.start(DAWN + 2 * HOUR, meter=500)
    assert [session.energy_wh for session in company.ended] == [400, 400]


@pytest.mark.parametrize(("at", "register"), [(HOUR, "901"), (3 * HOUR, "300")])
async def test_meter_values_tell_whose_a_stop_is_not(at: timedelta, register: str) -> None:
    company = Company()
    goes_on = await company.start(meter=100)
    await company.meter(goes_on, DAWN + at, register)
    await company.stop(-1, DAWN + 2 * HOUR, 900, idTag="card1")
    assert company.ended == []


async def test_a_session_that_never_ended_was_over_before_the_next_at_its_connector() -> None:
    company = Company()
    await company.start(DAWN)
    following = await company.start(DAWN + HOUR)
    await company.stop(following, DAWN + 2 * HOUR, 300)
    await company.stop(-1, DAWN + 4 * HOUR, 900, idTag="card1")
    assert len(company.ended) == 1
    await company.start(DAWN + 3 * HOUR, meter=300)
    assert [session.energy_wh for session in company.ended] == [200, 600]


@dataclass(frozen=True)
class Charge:
    """One of several at a station, with what the station says of it."""

    connector: int
    begin: tuple[datetime, int]
    end: tuple[datetime, int]
    knows_its_id: bool


@st.composite
def charges(draw: st.DrawFn) -> list[Charge]:
    """At two connectors, each with a meter of its own, one after the other."""
    charged = []
    for connector in (1, 2):
        time, meter = (
            DAWN + draw(st.integers(0, 90)) * timedelta(minutes=1),
            draw(st.integers(0, 9)),
        )
        for _ in range(draw(st.integers(0, 3))):
            begin = (time, meter)
            end = (time + draw(st.integers(1, 90)) * timedelta(minutes=1), meter + draw(energies))
            charged.append(Charge(connector, begin, end, draw(st.booleans())))
            time, meter = end[0] + timedelta(minutes=1), end[1]
    return charged


energies = st.integers(0, 20)


@settings(deadline=None)
@given(charges(), st.data())
async def test_in_whatever_order_they_come_no_session_is_ended_by_the_stop_of_another(
    charged: list[Charge], data: st.DataObject
) -> None:
    company = two_connectors()
    messages = [(kind, charge) for charge in charged for kind in ("start", "stop")]
    ids: dict[Charge, int] = {}
    for kind, charge in data.draw(st.permutations(messages), "arrive"):
        if kind == "start":
            ids[charge] = await company.start(*charge.begin, connector=charge.connector)
        else:
            known = ids.get(charge, -1) if charge.knows_its_id else -1
            await company.stop(known, *charge.end, idTag="card1")
    await patience(company)
    truth = {(c.connector, c.begin[0]): c.end[1] - c.begin[1] for c in charged}
    for session in company.ended:
        assert session.energy_wh == truth[session.connector_id, session.started_at]
    assert len(company.ledger.unmatched) + len(company.ended) == len(charged)
