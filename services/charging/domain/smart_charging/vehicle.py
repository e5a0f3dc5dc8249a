"""What a vehicle says of itself over its cable (ISO 15118; OCPP 2.0.1, K15 to K17)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from services.charging.domain.ocpp201.charging_profile import ChargingSchedule
from services.charging.domain.ocpp201.smart_charging_notices import (
    ChargingNeeds,
    DCChargingParameters,
)
from services.charging.domain.smart_charging.limits import ALL_PHASES, LEAST_MA, NOMINAL_V
from services.charging.domain.smart_charging.plan import Step

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a schedule that names none."""
_MOST_WH = 1_000_000
_MOST_MA = 10_000_000
"""No vehicle and no site has more."""
_PHASES = {"AC_single_phase": 1, "AC_two_phase": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleNeeds:
    """In the terms of the plan; None: the vehicle did not say."""

    told_at: datetime
    departure_at: datetime | None = None
    wanted_wh: int | None = None
    """From `told_at` on."""
    minimum_ma: int = LEAST_MA
    maximum_ma: int | None = None
    phases: int = len(ALL_PHASES)
    direct_current: bool = False
    """Its schedules are in watts: volts and amperes of direct current are not the site's."""
    most_periods: int | None = None
    """That it takes in a schedule."""


def vehicle_needs(
    needs: ChargingNeeds, told_at: datetime, *, most_periods: int | None = None
) -> VehicleNeeds:
    """Needs as they were told at a moment; a figure that cannot be is none."""
    if most_periods is not None and most_periods < 1:
        most_periods = None
    if needs.requested_energy_transfer == "DC":
        direct = needs.dc_charging_parameters
        return VehicleNeeds(
            told_at=told_at,
            departure_at=needs.departure_time,
            wanted_wh=_missing_wh(direct) if direct else None,
            maximum_ma=_site_ma(direct) if direct else None,
            direct_current=True,
            most_periods=most_periods,
        )
    alternating = needs.ac_charging_parameters
    return VehicleNeeds(
        told_at=told_at,
        departure_at=needs.departure_time,
        wanted_wh=_energy_wh(alternating.energy_amount) if alternating else None,
        minimum_ma=(_current_ma(alternating.ev_min_current) if alternating else None) or LEAST_MA,
        maximum_ma=_current_ma(alternating.ev_max_current) if alternating else None,
        phases=_PHASES.get(needs.requested_energy_transfer, len(ALL_PHASES)),
        most_periods=most_periods,
    )


def _energy_wh(energy: int) -> int | None:
    return energy if 0 <= energy <= _MOST_WH else None


def _current_ma(amperes: int) -> int | None:
    return amperes * 1000 if LEAST_MA <= amperes * 1000 <= _MOST_MA else None


def _missing_wh(direct: DCChargingParameters) -> int | None:
    """What it asks for, or else what its battery lacks."""
    if direct.energy_amount is not None:
        return _energy_wh(direct.energy_amount)
    if direct.ev_energy_capacity is None or direct.state_of_charge is None:
        return None
    full = 100 if direct.full_so_c is None else direct.full_so_c
    return _energy_wh(max(0, direct.ev_energy_capacity * (full - direct.state_of_charge) // 100))


def _site_ma(direct: DCChargingParameters) -> int | None:
    """The current of each of the site's phases that its greatest power takes, rounded up."""
    powers = (direct.ev_max_current * direct.ev_max_voltage, direct.ev_max_power or 0)
    power = min((power for power in powers if power > 0), default=0)
    current = -(-power * 1000 // (len(ALL_PHASES) * NOMINAL_V))
    return max(LEAST_MA, current) if 0 < current <= _MOST_MA else None


@dataclass(frozen=True, slots=True)
class Period:
    """What a station or a vehicle says of a time: at most so much on each phase."""

    begins_at: datetime
    ends_at: datetime
    limit_ma: int


def periods(schedule: ChargingSchedule, begins_at: datetime) -> Iterator[Period]:
    """A schedule's limits from a moment on, in order; without an end, the last one lasts."""
    rows = sorted(schedule.charging_schedule_period, key=lambda row: row.start_period)
    bounds = [_after(begins_at, row.start_period) for row in rows]
    bounds.append(FOREVER if schedule.duration is None else _after(begins_at, schedule.duration))
    for row, (since, until) in zip(rows, pairwise(bounds), strict=True):
        phases = row.number_phases if row.number_phases in (1, 2) else len(ALL_PHASES)
        by_watts = schedule.charging_rate_unit == "W"
        limit_ma = row.limit * 1000 / (phases * NOMINAL_V if by_watts else 1)
        if since < until:
            yield Period(since, until, int(min(max(0, limit_ma), _MOST_MA)))


def _after(moment: datetime, seconds: int) -> datetime:
    try:
        return min(moment + timedelta(seconds=seconds), FOREVER)
    except OverflowError:
        return FOREVER


def fits(taken: Sequence[Period], offered: Sequence[Step]) -> bool:
    """Whether a vehicle will take no more than it was offered, as far as that reaches."""
    return all(
        period.limit_ma <= step.current_ma
        for period in taken
        for step in offered
        if period.begins_at < step.ends_at and step.begins_at < period.ends_at
    )
