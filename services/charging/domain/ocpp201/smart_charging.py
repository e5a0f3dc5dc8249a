"""OCPP 2.0.1, block K: smart charging, asked by the central system."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp201.charging_profile import (
    ChargingLimitSource,
    ChargingProfile,
    ChargingProfilePurpose,
    ChargingRateUnit,
    ChargingSchedulePeriod,
)
from services.charging.domain.ocpp201.types import (
    DateTime,
    GenericStatus,
    Message,
    Some,
    StatusInfo,
)


class SetChargingProfile(Message, frozen=True, kw_only=True):
    """A profile is to count (K01); at EVSE 0 for the whole station."""

    evse_id: int
    charging_profile: ChargingProfile


class SetChargingProfileResponse(Message, frozen=True, kw_only=True):
    """Whether it does."""

    status: Literal["Accepted", "Rejected"]
    status_info: StatusInfo | None = None


class ChargingProfileCriterion(Message, frozen=True, kw_only=True):
    """Which profiles are meant: those to which all of it applies."""

    charging_profile_purpose: ChargingProfilePurpose | None = None
    stack_level: int | None = None
    charging_profile_id: Some[int] | None = None
    charging_limit_source: (
        Annotated[list[ChargingLimitSource], msgspec.Meta(min_length=1, max_length=4)] | None
    ) = None


class GetChargingProfiles(Message, frozen=True, kw_only=True):
    """The station is to report profiles (K09)."""

    request_id: int
    charging_profile: ChargingProfileCriterion
    evse_id: int | None = None


class GetChargingProfilesResponse(Message, frozen=True, kw_only=True):
    """Whether reports will come."""

    status: Literal["Accepted", "NoProfiles"]
    status_info: StatusInfo | None = None


class ReportChargingProfiles(Message, frozen=True, kw_only=True):
    """Profiles that count; `tbc`: more is to come."""

    request_id: int
    charging_limit_source: ChargingLimitSource
    charging_profile: Some[ChargingProfile]
    evse_id: int
    tbc: bool | None = None


class ReportChargingProfilesResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class ClearChargingProfileCriteria(Message, frozen=True, kw_only=True):
    """Which profiles are meant: those to which all of it applies."""

    evse_id: int | None = None
    charging_profile_purpose: ChargingProfilePurpose | None = None
    stack_level: int | None = None


class ClearChargingProfile(Message, frozen=True, kw_only=True):
    """Profiles are not to count any longer (K10)."""

    charging_profile_id: int | None = None
    charging_profile_criteria: ClearChargingProfileCriteria | None = None


class ClearChargingProfileResponse(Message, frozen=True, kw_only=True):
    """Whether there were any."""

    status: Literal["Accepted", "Unknown"]
    status_info: StatusInfo | None = None


class GetCompositeSchedule(Message, frozen=True, kw_only=True):
    """What limits count over the next `duration` seconds (K08)?"""

    duration: int
    evse_id: int
    charging_rate_unit: ChargingRateUnit | None = None


class CompositeSchedule(Message, frozen=True, kw_only=True):
    """Limits as all profiles together make them; `duration` in seconds."""

    charging_schedule_period: Some[ChargingSchedulePeriod]
    evse_id: int
    duration: int
    schedule_start: DateTime
    charging_rate_unit: ChargingRateUnit


class GetCompositeScheduleResponse(Message, frozen=True, kw_only=True):
    """The limits, when they can be told."""

    status: GenericStatus
    status_info: StatusInfo | None = None
    schedule: CompositeSchedule | None = None
