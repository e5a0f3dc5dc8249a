"""What a station's meter says, in Wh."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated

import msgspec

from services.charging.domain.ocpp16.meter_value import MeterValue, SampledValue
from services.charging.domain.quarantine import Finding, Rule

FIRST_OCPP = datetime(2010, 1, 1, tzinfo=UTC)
"""No station is older than the protocol; an earlier time is a clock that was never set."""
MOST_AHEAD = timedelta(minutes=5)
"""By which a clock may be wrong. One that has the local time for UTC is wrong by hours, and no
tariff, month or order of messages is to follow it."""

REGISTER = "Energy.Active.Import.Register"
NOT_AT_THE_CONNECTOR = {"EV", "Inlet"}
"""What the vehicle says of itself, and the connection to the grid (OCPP 1.6, section 7.30): their
registers are not the connector's."""
_WH_PER_UNIT = {"wh": 1, "kwh": 1000}
MOST_WH = 10**15
WattHours = Annotated[int, msgspec.Meta(gt=-MOST_WH, lt=MOST_WH)]
"""Of a register. No meter shows more, and of two that did no difference could be kept: nobody could
read the sessions of a whole company."""


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One ``MeterValues`` message: exactly as received, and its latest energy register."""

    station_id: str
    connector_id: int
    transaction_id: int | None
    measured_at: datetime
    register_wh: int | None
    received: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Register:
    """What a transaction's energy register said last."""

    measured_at: datetime
    wh: int


def trusted(said_at: datetime, received_at: datetime) -> tuple[datetime, list[Finding]]:
    """The time to keep for what a station dates, in UTC."""
    if said_at < FIRST_OCPP:
        return received_at, [Finding(Rule.CLOCK_NOT_SET, said_at.isoformat())]
    if said_at > received_at + MOST_AHEAD:
        return received_at, [Finding(Rule.CLOCK_AHEAD, said_at.isoformat())]
    return said_at.astimezone(UTC), []


def wh_per_unit(unit: str | None) -> int | None:
    """``Wh`` is the default of energy measurands (OCPP 1.6, section 7.43); None: no energy."""
    return 1 if unit is None else _WH_PER_UNIT.get(unit.casefold())


def energy_register(
    values: Iterable[MeterValue], received_at: datetime
) -> tuple[datetime, int | None, list[Finding]]:
    """When the latest value was measured, the latest energy register in Wh, and what was odd."""
    findings: list[Finding] = []
    measured_at, register = received_at, None
    for value in values:
        measured_at, odd = trusted(value.timestamp, received_at)
        findings += odd
        for sample in value.sampled_value:
            if not _is_register(sample):
                continue
            try:
                register = _watt_hours(sample)
            except (InvalidOperation, ValueError):
                findings.append(Finding(Rule.METER_VALUE_UNREADABLE, sample.value[:50]))
    return measured_at, register, findings


def _is_register(sample: SampledValue) -> bool:
    return (
        sample.measurand in {None, REGISTER}
        and sample.phase is None
        and sample.format != "SignedData"
        and sample.location not in NOT_AT_THE_CONNECTOR
        and wh_per_unit(sample.unit) is not None
    )


def _watt_hours(sample: SampledValue) -> int:
    watt_hours = Decimal(sample.value) * (wh_per_unit(sample.unit) or 0)
    if not abs(watt_hours) < MOST_WH:
        raise ValueError(f"no meter counts {sample.value} {sample.unit}")
    return int(watt_hours.to_integral_value())
