"""``ChargingProfile`` (OCPP 1.6, section 7.8)."""

from typing import Literal

from services.charging.domain.ocpp16.types import DateTime, Message

ChargingProfilePurpose = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]
ChargingRateUnit = Literal["A", "W"]
"""Amperes for each phase, or watts over all phases (section 7.12)."""


class ChargingSchedulePeriod(Message, frozen=True, kw_only=True):
    """From `start_period`, in seconds after the schedule's start, a limit (section 7.14)."""

    start_period: int
    limit: float
    """At most one decimal."""
    number_phases: int | None = None


class ChargingSchedule(Message, frozen=True, kw_only=True):
    """Limits over time (section 7.13); `duration` in seconds."""

    charging_rate_unit: ChargingRateUnit
    charging_schedule_period: list[ChargingSchedulePeriod]
    duration: int | None = None
    start_schedule: DateTime | None = None
    min_charging_rate: float | None = None


class ChargingProfile(Message, frozen=True, kw_only=True):
    """A schedule, with when and beside which others it counts."""

    charging_profile_id: int
    stack_level: int
    charging_profile_purpose: ChargingProfilePurpose
    charging_profile_kind: Literal["Absolute", "Recurring", "Relative"]
    charging_schedule: ChargingSchedule
    transaction_id: int | None = None
    recurrency_kind: Literal["Daily", "Weekly"] | None = None
    valid_from: DateTime | None = None
    valid_to: DateTime | None = None
