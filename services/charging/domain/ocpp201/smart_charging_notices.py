"""OCPP 2.0.1, block K: smart charging, as the station or the vehicle sees it."""

from typing import Literal

from services.charging.domain.ocpp201.charging_profile import ChargingLimitSource, ChargingSchedule
from services.charging.domain.ocpp201.types import (
    DateTime,
    GenericStatus,
    Message,
    Percent,
    Some,
    StatusInfo,
)


class ClearedChargingLimit(Message, frozen=True, kw_only=True):
    """A limit from outside is gone (K13)."""

    charging_limit_source: ChargingLimitSource
    evse_id: int | None = None


class ClearedChargingLimitResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class ChargingLimit(Message, frozen=True, kw_only=True):
    """Who set a limit, and whether the grid depends on it."""

    charging_limit_source: ChargingLimitSource
    is_grid_critical: bool | None = None


class NotifyChargingLimit(Message, frozen=True, kw_only=True):
    """A limit from outside counts (K12)."""

    charging_limit: ChargingLimit
    charging_schedule: Some[ChargingSchedule] | None = None
    evse_id: int | None = None


class NotifyChargingLimitResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class ACChargingParameters(Message, frozen=True, kw_only=True):
    """Energy in Wh, currents of each phase in A, voltage in V."""

    energy_amount: int
    ev_min_current: int
    ev_max_current: int
    ev_max_voltage: int


class DCChargingParameters(Message, frozen=True, kw_only=True):
    """Current in A, voltage in V, power in W, energy in Wh."""

    ev_max_current: int
    ev_max_voltage: int
    energy_amount: int | None = None
    ev_max_power: int | None = None
    state_of_charge: Percent | None = None
    ev_energy_capacity: int | None = None
    full_so_c: Percent | None = None
    bulk_so_c: Percent | None = None


class ChargingNeeds(Message, frozen=True, kw_only=True):
    """What the vehicle wants, and until when."""

    requested_energy_transfer: Literal["DC", "AC_single_phase", "AC_two_phase", "AC_three_phase"]
    ac_charging_parameters: ACChargingParameters | None = None
    dc_charging_parameters: DCChargingParameters | None = None
    departure_time: DateTime | None = None


class NotifyEVChargingNeeds(Message, frozen=True, kw_only=True):
    """What the vehicle wants (K15, ISO 15118)."""

    charging_needs: ChargingNeeds
    evse_id: int
    max_schedule_tuples: int | None = None


class NotifyEVChargingNeedsResponse(Message, frozen=True, kw_only=True):
    """Whether a profile will come, at once or later."""

    status: Literal["Accepted", "Rejected", "Processing"]
    status_info: StatusInfo | None = None


class NotifyEVChargingSchedule(Message, frozen=True, kw_only=True):
    """What the vehicle will take (K15 to K17, ISO 15118)."""

    time_base: DateTime
    charging_schedule: ChargingSchedule
    evse_id: int


class NotifyEVChargingScheduleResponse(Message, frozen=True, kw_only=True):
    """Whether it may."""

    status: GenericStatus
    status_info: StatusInfo | None = None
