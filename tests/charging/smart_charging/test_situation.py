"""What sessions want of the plan, and when their stations are to hear of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.charging.domain.smart_charging.limits import Limit, SiteLimits, Wiring
from services.charging.domain.smart_charging.outside import OutsideLimit
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.planner import plan
from services.charging.domain.smart_charging.situation import (
    ManagedStation,
    OpenSession,
    Preferences,
    Situation,
)
from services.charging.domain.smart_charging.vehicle import FOREVER, Period, VehicleNeeds

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
VEHICLE = VehicleNeeds(
    told_at=NOW,
    departure_at=NOW + 8 * HOUR,
    wanted_wh=20_000,
    minimum_ma=8_000,
    maximum_ma=16_000,
    phases=2,
)


def site(session: OpenSession, *outside: OutsideLimit) -> Situation:
    return Situation(
        site_id="depot",
        limits=SiteLimits(Limit(32_000, 32_000, 32_000), stations={"CP1": Wiring()}),
        stations=[ManagedStation(station_id="CP1", connectors=2, ocpp_version="ocpp2.0.1")],
        sessions=[session],
        outside=[limit.line for limit in outside],
    )


def session(**more: object) -> OpenSession:
    given: dict[str, object] = {
        "session_id": UUID(int=1),
        "station_id": "CP1",
        "connector_id": 2,
        "transaction_id": 1,
        "begun_at": NOW - HOUR,
        "metered_wh": None,
        "preferences": Preferences(),
    }
    return OpenSession(**{**given, **more})  # type: ignore[arg-type] # mypy cannot see the names


def planned(situation: Situation, at: datetime = NOW) -> Plan:
    return plan(situation.lines, situation.demands(at), (), at)


def test_a_vehicle_speaks_for_itself() -> None:
    [demand] = site(session(vehicle=VEHICLE, metered_before_wh=500, metered_wh=1500)).demands(NOW)
    assert (demand.departure_at, demand.missing_wh) == (NOW + 8 * HOUR, 19_000)
    assert (demand.minimum_ma, demand.maximum_ma, len(demand.phases)) == (8_000, 16_000, 2)


def test_the_driver_s_word_counts_before_the_vehicle_s() -> None:
    wish = Preferences(departure_at=NOW + HOUR, wanted_wh=5_000, maximum_ma=20_000, phases=3)
    [demand] = site(session(vehicle=VEHICLE, preferences=wish, metered_wh=1_000)).demands(NOW)
    assert (demand.departure_at, demand.missing_wh) == (NOW + HOUR, 4_000)
    # No word makes cable and charger bear more.
    assert (demand.maximum_ma, len(demand.phases)) == (16_000, 2)


def test_a_driver_who_names_energy_only_leaves_the_departure_to_the_vehicle() -> None:
    wish = Preferences(wanted_wh=5_000)
    [demand] = site(session(vehicle=VEHICLE, preferences=wish)).demands(NOW)
    assert (demand.departure_at, demand.missing_wh) == (NOW + 8 * HOUR, 5_000)


def test_a_vehicle_that_spoke_is_told_even_what_it_knows() -> None:
    first = planned(site(session()))
    silent = session(accepted=first)
    again = planned(site(silent), NOW + MINUTE)
    assert not site(silent).is_news(silent, again, NOW + MINUTE)
    spoke = replace(silent, vehicle=VehicleNeeds(told_at=NOW + MINUTE / 2))
    assert site(spoke).is_news(spoke, again, NOW + MINUTE)
    told = replace(spoke, accepted=again)
    assert not site(told).is_news(told, again, NOW + MINUTE)


@pytest.mark.parametrize(("spoke_at", "is_held"), [(NOW - MINUTE, True), (NOW + MINUTE, False)])
def test_a_station_that_refused_is_asked_again_when_its_vehicle_speaks(
    spoke_at: datetime, is_held: bool
) -> None:
    refused = session(refused_at=NOW, vehicle=VehicleNeeds(told_at=spoke_at))
    assert site(refused).is_held(refused, NOW + 2 * MINUTE) == is_held


def test_a_limit_from_outside_counts_in_the_plan_but_not_for_others() -> None:
    limit = OutsideLimit(
        station_id="CP1",
        evse_id=2,
        source="SO",
        told_at=NOW,
        periods=(Period(NOW, NOW + HOUR, 10_000), Period(NOW + HOUR, FOREVER, 0)),
    )
    situation = site(session(), limit)
    currents = planned(situation).allotments[UUID(int=1)].currents
    assert list(currents[:5]) == [10_000] * 4 + [0]
    other = replace(limit, evse_id=1)
    assert planned(site(session(), other)).allotments[UUID(int=1)].currents[0] == 32_000
    assert situation.unplanned_ma(NOW) == site(session()).unplanned_ma(NOW)


@pytest.mark.parametrize(
    ("away", "left"),
    [
        (ManagedStation(station_id="CP2", connectors=1, ocpp_version="ocpp1.6"), 32_000),
        (
            ManagedStation(station_id="CP2", connectors=1, ocpp_version=None, default_ma=10_000),
            22_000,
        ),
        (
            ManagedStation(station_id="CP2", connectors=1, ocpp_version=None, is_in_use=False),
            32_000,
        ),
        (ManagedStation(station_id="CP2", connectors=1, ocpp_version=None), 0),
    ],
)
def test_what_may_begin_unseen_is_kept_free(away: ManagedStation, left: int) -> None:
    situation = site(session())
    situation = replace(situation, stations=[*situation.stations, away])
    currents = (
        plan(situation.lines, situation.demands(NOW), (), NOW, reserves=situation.reserves)
        .allotments[UUID(int=1)]
        .currents
    )
    assert set(currents) == {left}


def test_a_session_that_is_known_of_is_not_kept_free_for_twice() -> None:
    situation = site(session())
    away = replace(situation.stations[0], ocpp_version=None, default_ma=8_000)
    situation = replace(situation, stations=[away])
    assert [(one.connector_id, one.held_ma) for one in situation.reserves] == [(1, 8_000)]


@pytest.mark.parametrize(
    ("idle_from", "most"), [(None, 32_000), (NOW - MINUTE, 32_000), (NOW + MINUTE, 6_000)]
)
def test_a_vehicle_that_takes_nothing_keeps_its_minimum(
    idle_from: datetime | None, most: int
) -> None:
    """Only a meter that stood still while the vehicle might have charged says so."""
    quiet = session(idle_from=idle_from)
    situation = replace(site(quiet), latest=planned(site(session())))
    [demand] = situation.demands(NOW + 20 * MINUTE)
    assert demand.charging
    assert demand.maximum_ma == most
    assert demand.is_idle is (most == 6_000)


def test_what_has_no_evse_yet_cannot_be_told_and_has_the_default() -> None:
    unplaced = session(connector_id=0)
    situation = site(unplaced)
    situation = replace(situation, stations=[replace(situation.stations[0], default_ma=10_000)])
    [demand] = situation.demands(NOW)
    assert (situation.is_held(unplaced, NOW), demand.held_ma) == (True, 10_000)
    placed = session()
    assert not site(placed).is_held(placed, NOW)


def test_where_nobody_sees_who_charges_all_phases_of_the_station_count() -> None:
    wish = session(preferences=Preferences(phases=1))
    situation = site(wish)
    assert len(situation.demands(NOW)[0].phases) == 1
    situation = replace(situation, stations=[replace(situation.stations[0], ocpp_version=None)])
    assert len(situation.demands(NOW)[0].phases) == 3
