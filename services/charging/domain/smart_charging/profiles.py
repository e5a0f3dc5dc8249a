"""A session's part of the plan in the words of OCPP: charging profiles.

A profile that is sent again with the same id replaces the older one, so each connector has one id.
"""

from collections.abc import Sequence
from datetime import datetime

from services.charging.domain.ocpp16.charging_profile import (
    ChargingProfile,
    ChargingSchedule,
    ChargingSchedulePeriod,
)
from services.charging.domain.ocpp16.set_charging_profile import SetChargingProfile
from services.charging.domain.ocpp201 import charging_profile as v201
from services.charging.domain.ocpp201 import smart_charging as ocpp201
from services.charging.domain.smart_charging.plan import Step
from services.charging.domain.smart_charging.quarters import QUARTER, next_quarter
from services.charging.domain.smart_charging.rate_unit import RateUnit, limit

DEFAULT_PROFILE_ID = 1
_STACK_LEVEL = 0
"""The one that every station has."""


def session_profile_16(
    *,
    connector_id: int,
    transaction_id: int,
    phases: int,
    steps: Sequence[Step],
    unit: RateUnit = RateUnit.AMPERES,
) -> SetChargingProfile:
    """``SetChargingProfile`` of OCPP 1.6 (section 5.16) for a transaction."""
    sent = _early(steps)
    schedule = ChargingSchedule(
        charging_rate_unit=unit.value,
        start_schedule=sent[0].begins_at,
        duration=_seconds(sent[0].begins_at, sent[-1].ends_at),
        charging_schedule_period=[
            ChargingSchedulePeriod(
                start_period=_seconds(sent[0].begins_at, step.begins_at),
                limit=limit(step.current_ma, phases, unit),
                number_phases=phases,
            )
            for step in sent
        ],
    )
    profile = ChargingProfile(
        charging_profile_id=DEFAULT_PROFILE_ID + connector_id,
        transaction_id=transaction_id,
        stack_level=_STACK_LEVEL,
        charging_profile_purpose="TxProfile",
        charging_profile_kind="Absolute",
        charging_schedule=schedule,
    )
    return SetChargingProfile(connector_id=connector_id, cs_charging_profiles=profile)


def default_profile_16(current_ma: int, unit: RateUnit = RateUnit.AMPERES) -> SetChargingProfile:
    """``SetChargingProfile`` of OCPP 1.6 for every transaction that has none of its own.

    In watts it is that of one phase: nobody knows how many the vehicle will load.
    """
    period = ChargingSchedulePeriod(start_period=0, limit=limit(current_ma, 1, unit))
    profile = ChargingProfile(
        charging_profile_id=DEFAULT_PROFILE_ID,
        stack_level=_STACK_LEVEL,
        charging_profile_purpose="TxDefaultProfile",
        charging_profile_kind="Relative",
        charging_schedule=ChargingSchedule(
            charging_rate_unit=unit.value, charging_schedule_period=[period]
        ),
    )
    return SetChargingProfile(connector_id=0, cs_charging_profiles=profile)


def session_profile_201(
    *,
    evse_id: int,
    transaction_id: str,
    phases: int,
    steps: Sequence[Step],
    direct_current: bool = False,
    unit: RateUnit = RateUnit.AMPERES,
) -> ocpp201.SetChargingProfile:
    """``SetChargingProfile`` of OCPP 2.0.1 (section K01) for a transaction.

    For direct current its limits are in watts, of all phases together.
    """
    sent = _early(steps)
    unit = RateUnit.WATTS if direct_current else unit
    schedule = v201.ChargingSchedule(
        id=DEFAULT_PROFILE_ID + evse_id,
        charging_rate_unit=unit.value,
        start_schedule=sent[0].begins_at,
        duration=_seconds(sent[0].begins_at, sent[-1].ends_at),
        charging_schedule_period=[
            v201.ChargingSchedulePeriod(
                start_period=_seconds(sent[0].begins_at, step.begins_at),
                limit=limit(step.current_ma, phases, unit),
                number_phases=None if direct_current else phases,
            )
            for step in sent
        ],
    )
    profile = v201.ChargingProfile(
        id=DEFAULT_PROFILE_ID + evse_id,
        transaction_id=transaction_id,
        stack_level=_STACK_LEVEL,
        charging_profile_purpose="TxProfile",
        charging_profile_kind="Absolute",
        charging_schedule=[schedule],
    )
    return ocpp201.SetChargingProfile(evse_id=evse_id, charging_profile=profile)


def default_profile_201(
    current_ma: int, unit: RateUnit = RateUnit.AMPERES
) -> ocpp201.SetChargingProfile:
    """The same in OCPP 2.0.1."""
    period = v201.ChargingSchedulePeriod(start_period=0, limit=limit(current_ma, 1, unit))
    profile = v201.ChargingProfile(
        id=DEFAULT_PROFILE_ID,
        stack_level=_STACK_LEVEL,
        charging_profile_purpose="TxDefaultProfile",
        charging_profile_kind="Relative",
        charging_schedule=[
            v201.ChargingSchedule(
                id=DEFAULT_PROFILE_ID,
                charging_rate_unit=unit.value,
                charging_schedule_period=[period],
            )
        ],
    )
    return ocpp201.SetChargingProfile(evse_id=0, charging_profile=profile)


def _early(steps: Sequence[Step]) -> Sequence[Step]:
    """The first from a quarter of an hour earlier on, for a station whose clock is late."""
    begins_at = next_quarter(steps[0].begins_at) - 2 * QUARTER
    return [Step(begins_at, steps[0].ends_at, steps[0].current_ma), *steps[1:]]


def _seconds(since: datetime, until: datetime) -> int:
    return round((until - since).total_seconds())
