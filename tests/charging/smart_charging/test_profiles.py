"""Plans in the words of both versions of OCPP, held to the official schemas."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.ocpp16.charging_profile import ChargingSchedule
from services.charging.domain.ocpp201 import charging_profile as v201
from services.charging.domain.ocpp201.smart_charging import SetChargingProfile
from services.charging.domain.smart_charging.limits import NOMINAL_V
from services.charging.domain.smart_charging.plan import Step
from services.charging.domain.smart_charging.profiles import (
    default_profile_16,
    default_profile_201,
    session_profile_16,
    session_profile_201,
)
from services.charging.domain.smart_charging.rate_unit import RateUnit, rate_unit
from tests.charging.examples import check

AT = datetime(2026, 3, 1, 6, 7, tzinfo=UTC)


def steps(count: int) -> list[Step]:
    bounds = [AT, *(AT + timedelta(minutes=8 + 15 * number) for number in range(count))]
    return [
        Step(begins_at, ends_at, 16_300 if number % 2 == 0 else 0)
        for number, (begins_at, ends_at) in enumerate(pairwise(bounds))
    ]


def said_16(count: int) -> dict[str, Any]:
    profile = session_profile_16(connector_id=2, transaction_id=7, phases=3, steps=steps(count))
    document: dict[str, Any] = json.loads(msgspec.json.encode(profile))
    check("SetChargingProfile", document)
    return document


def said_201(count: int) -> dict[str, Any]:
    profile = session_profile_201(evse_id=2, transaction_id="t-7", phases=3, steps=steps(count))
    return checked_201(profile)


def checked_201(profile: SetChargingProfile) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(msgspec.json.encode(profile))
    path = files("ocpp.v201") / "schemas" / "SetChargingProfileRequest.json"
    jsonschema.validate(document, json.loads(path.read_text(encoding="utf-8-sig")))
    return document


def test_a_session_in_1_6() -> None:
    document = said_16(2)
    profile = document["csChargingProfiles"]
    assert (document["connectorId"], profile["transactionId"]) == (2, 7)
    assert profile["chargingSchedule"] == {
        "chargingRateUnit": "A",
        # Early enough for a clock that is late.
        "startSchedule": "2026-03-01T05:45:00Z",
        "duration": 45 * 60,
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16.3, "numberPhases": 3},
            {"startPeriod": 1800, "limit": 0.0, "numberPhases": 3},
        ],
    }


def test_a_session_in_2_0_1_says_the_same() -> None:
    old, [new] = (
        said_16(2)["csChargingProfiles"]["chargingSchedule"],
        said_201(2)["chargingProfile"]["chargingSchedule"],
    )
    assert new == {"id": new["id"], **old}


def test_the_default_in_both() -> None:
    check("SetChargingProfile", json.loads(msgspec.json.encode(default_profile_16(6_000))))
    checked_201(default_profile_201(6_000))


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        (None, RateUnit.AMPERES),
        ("", RateUnit.AMPERES),
        ("Current", RateUnit.AMPERES),
        ("Power", RateUnit.WATTS),
        ("Current,Power", RateUnit.AMPERES),
        (" power , current", RateUnit.AMPERES),
        ("W", RateUnit.WATTS),
        ("A,W", RateUnit.AMPERES),
        ("nonsense", RateUnit.AMPERES),
    ],
)
def test_watts_are_for_stations_that_take_nothing_else(told: str | None, unit: RateUnit) -> None:
    assert rate_unit(told) is unit


@given(st.integers(0, 5_000).map(lambda tenths: tenths * 100), st.integers(1, 3))
def test_watts_are_never_over_the_amperes(current_ma: int, phases: int) -> None:
    in_watts = RateUnit.WATTS
    sent = [Step(AT, AT + timedelta(hours=1), current_ma)]
    old = session_profile_16(
        connector_id=2, transaction_id=7, phases=phases, steps=sent, unit=in_watts
    )
    new = session_profile_201(
        evse_id=2, transaction_id="t-7", phases=phases, steps=sent, unit=in_watts
    )
    schedules: list[tuple[ChargingSchedule | v201.ChargingSchedule, int]] = [
        (old.cs_charging_profiles.charging_schedule, phases),
        (new.charging_profile.charging_schedule[0], phases),
        # Of a vehicle that may load one phase alone.
        (default_profile_16(current_ma, in_watts).cs_charging_profiles.charging_schedule, 1),
        (default_profile_201(current_ma, in_watts).charging_profile.charging_schedule[0], 1),
    ]
    for schedule, loaded in schedules:
        [period] = schedule.charging_schedule_period
        assert schedule.charging_rate_unit == "W"
        given_mw = current_ma * loaded * NOMINAL_V
        assert given_mw - 1000 < period.limit * 1000 <= given_mw


def test_watts_are_as_the_official_schemas_have_them() -> None:
    old = session_profile_16(
        connector_id=2, transaction_id=7, phases=3, steps=steps(2), unit=RateUnit.WATTS
    )
    check("SetChargingProfile", json.loads(msgspec.json.encode(old)))
    document = json.loads(msgspec.json.encode(old))["csChargingProfiles"]["chargingSchedule"]
    assert document["chargingSchedulePeriod"][0]["limit"] == 11_247
    checked_201(default_profile_201(6_000, RateUnit.WATTS))
