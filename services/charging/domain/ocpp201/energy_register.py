"""The energy register among the meter values of OCPP 2.0.1, in Wh."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.charging.domain.metering import (
    MOST_WH,
    NOT_AT_THE_CONNECTOR,
    REGISTER,
    trusted,
    wh_per_unit,
)
from services.charging.domain.ocpp201.meter_value import MeterValue, SampledValue, UnitOfMeasure
from services.charging.domain.quarantine import Finding, Rule

_WATT_HOURS = UnitOfMeasure()


@dataclass(frozen=True, slots=True)
class Registers:
    """What the register said first and last: of a transaction's begin and end, when told."""

    measured_at: datetime
    """The latest value of any kind."""
    first_wh: int | None
    last_wh: int | None


def energy_registers(
    values: Iterable[MeterValue], received_at: datetime
) -> tuple[Registers, list[Finding]]:
    """The registers, and what was odd."""
    findings: list[Finding] = []
    measured_at = received_at
    told: list[tuple[str | None, int]] = []
    for value in values:
        measured_at, odd = trusted(value.timestamp, received_at)
        findings += odd
        for sample in filter(_is_register, value.sampled_value):
            try:
                told.append((sample.context, _watt_hours(sample)))
            except (ArithmeticError, ValueError):
                findings.append(Finding(Rule.METER_VALUE_UNREADABLE, f"{sample.value}"[:50]))
    begin = [wh for context, wh in told if context == "Transaction.Begin"]
    end = [wh for context, wh in told if context == "Transaction.End"]
    every = [wh for _, wh in told]
    return (
        Registers(
            measured_at=measured_at,
            first_wh=next(iter(begin + every), None),
            last_wh=next(reversed(every + end), None),
        ),
        findings,
    )


def _is_register(sample: SampledValue) -> bool:
    unit = sample.unit_of_measure or _WATT_HOURS
    return (
        sample.measurand in {None, REGISTER}
        and sample.phase is None
        and sample.location not in NOT_AT_THE_CONNECTOR
        and wh_per_unit(unit.unit) is not None
    )


def _watt_hours(sample: SampledValue) -> int:
    unit = sample.unit_of_measure or _WATT_HOURS
    watt_hours = sample.value.scaleb(unit.multiplier or 0) * (wh_per_unit(unit.unit) or 0)
    if not abs(watt_hours) < MOST_WH:
        raise ValueError(f"no meter counts {sample.value} times ten to the {unit.multiplier}")
    return int(watt_hours.to_integral_value())
