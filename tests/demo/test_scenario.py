from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from demo.scenario import of_sessions, small_fleet
from demo.session_file import RecordedSession

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2015, 1, 1, tzinfo=UTC)

recorded = st.builds(
    lambda number, driver, start, minutes, energy: RecordedSession(
        session=str(number),
        driver=f"driver{driver}",
        station=f"station{number % 3}",
        site="site",
        started_at=START + timedelta(minutes=start),
        ended_at=START + timedelta(minutes=start + minutes),
        energy_wh=energy,
    ),
    st.integers(0, 10**6),
    st.integers(0, 5),
    st.integers(0, 500_000),
    st.integers(0, 5_000),
    st.integers(0, 100_000),
)


@given(st.lists(recorded, max_size=40))
def test_no_connector_serves_two_cars_and_nothing_is_lost(sessions: list[RecordedSession]) -> None:
    scenario = of_sessions(sessions, BERLIN)
    assert scenario.energy_wh == sum(session.energy_wh for session in sessions)
    assert scenario.energy_wh == sum(map(scenario.energy_of, scenario.contracts))
    for station in scenario.stations:
        for connector in range(1, station.connectors + 1):
            charges = [p.charge for p in station.charges if p.charge.connector == connector]
            for earlier, later in pairwise(charges):
                assert earlier.ended_at <= later.started_at


def test_the_small_fleet_charges_within_the_last_full_month_of_its_zone() -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # already 2027 in Berlin
    scenario = small_fleet(new_year, BERLIN)
    [contract] = scenario.contracts
    assert contract.months == (date(2026, 12, 1),)
    local = [charge.ended_at.astimezone(BERLIN).date() for charge in scenario.charges]
    assert all(contract.valid_from <= day < contract.valid_to for day in local)
    assert len(scenario.charges) == 12
    assert small_fleet(new_year, BERLIN) == scenario
