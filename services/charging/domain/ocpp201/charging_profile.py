"""Charging profiles and the tariffs in them (OCPP 2.0.1, block K)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp201.types import DateTime, Message, String32, String36

ChargingProfilePurpose = Literal[
    "ChargingStationExternalConstraints",
    "ChargingStationMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
]
ChargingProfileKind = Literal["Absolute", "Recurring", "Relative"]
RecurrencyKind = Literal["Daily", "Weekly"]
ChargingRateUnit = Literal["W", "A"]
CostKind = Literal[
    "CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"
]
ChargingLimitSource = Literal["EMS", "Other", "SO", "CSO"]


class ChargingSchedulePeriod(Message, frozen=True, kw_only=True):
    """From `start_period`, in seconds after the schedule's start, a limit."""

    start_period: int
    limit: float
    """At most one decimal."""
    number_phases: int | None = None
    phase_to_use: int | None = None
    """From 1 to 3, when it is one phase."""


class RelativeTimeInterval(Message, frozen=True, kw_only=True):
    """`start` and `duration` in seconds."""

    start: int
    duration: int | None = None


class Cost(Message, frozen=True, kw_only=True):
    """What energy costs, in units of ten to the power of `amount_multiplier`."""

    cost_kind: CostKind
    amount: int
    amount_multiplier: int | None = None
    """From -3 to 3."""


class ConsumptionCost(Message, frozen=True, kw_only=True):
    """What energy costs from a power on; `start_value` is that power."""

    start_value: float
    cost: Annotated[list[Cost], msgspec.Meta(min_length=1, max_length=3)]


class SalesTariffEntry(Message, frozen=True, kw_only=True):
    """What energy costs in an interval of time."""

    relative_time_interval: RelativeTimeInterval
    e_price_level: Annotated[int, msgspec.Meta(ge=0)] | None = None
    consumption_cost: (
        Annotated[list[ConsumptionCost], msgspec.Meta(min_length=1, max_length=3)] | None
    ) = None


class SalesTariff(Message, frozen=True, kw_only=True):
    """A tariff of ISO 15118, for the vehicle."""

    id: int
    sales_tariff_entry: Annotated[
        list[SalesTariffEntry], msgspec.Meta(min_length=1, max_length=1024)
    ]
    sales_tariff_description: String32 | None = None
    num_e_price_levels: int | None = None


class ChargingSchedule(Message, frozen=True, kw_only=True):
    """Limits over time; `duration` in seconds."""

    id: int
    charging_rate_unit: ChargingRateUnit
    charging_schedule_period: Annotated[
        list[ChargingSchedulePeriod], msgspec.Meta(min_length=1, max_length=1024)
    ]
    start_schedule: DateTime | None = None
    duration: int | None = None
    min_charging_rate: float | None = None
    sales_tariff: SalesTariff | None = None


class ChargingProfile(Message, frozen=True, kw_only=True):
    """Schedules, with when and beside which others they count."""

    id: int
    stack_level: int
    charging_profile_purpose: ChargingProfilePurpose
    charging_profile_kind: ChargingProfileKind
    charging_schedule: Annotated[list[ChargingSchedule], msgspec.Meta(min_length=1, max_length=3)]
    recurrency_kind: RecurrencyKind | None = None
    valid_from: DateTime | None = None
    valid_to: DateTime | None = None
    transaction_id: String36 | None = None
