"""Figures over many statuses: energy from power, peaks, faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lambdas.telemetry.domain.status import Status

INTERVAL = timedelta(minutes=1)
"""A device reports once a minute: what a status stands for when no other follows soon."""

LONGEST_STEP = 2 * INTERVAL
"""One lost status is bridged; no energy is made up for a longer silence."""


@dataclass(frozen=True)
class Sample:
    """A status and its moment (UTC)."""

    published_at: datetime
    event: str
    status: Status


@dataclass(frozen=True)
class Rollup:
    """What the samples of ``[start, end)`` amount to; None where no sample has the field."""

    start: datetime
    end: datetime
    sample_count: int
    solar_energy_wh: int | None
    """Signed, rounded once to the watt-hour."""
    grid_energy_wh: int | None
    solar_power_peak_w: Decimal | None
    temperature_peak_c: Decimal | None
    fault_codes: tuple[str, ...]


def roll_up(samples: Sequence[Sample], start: datetime, end: datetime) -> Rollup:
    """Roll up samples that are in order of time and lie within ``[start, end)``."""
    statuses = [sample.status for sample in samples]
    return Rollup(
        start=start,
        end=end,
        sample_count=len(samples),
        solar_energy_wh=_energy_wh((s.published_at, s.status.solar_power_w) for s in samples),
        grid_energy_wh=_energy_wh((s.published_at, s.status.grid_power_w) for s in samples),
        solar_power_peak_w=_peak(status.solar_power_w for status in statuses),
        temperature_peak_c=_peak(status.temperature_c for status in statuses),
        fault_codes=tuple(sorted({code for status in statuses for code in status.fault_codes})),
    )


def roll_up_hours(samples: Sequence[Sample]) -> list[Rollup]:
    """One rollup for each UTC hour that has samples. Hours of UTC never repeat or vanish."""
    hours: dict[datetime, list[Sample]] = {}
    for sample in samples:
        hour = sample.published_at.replace(minute=0, second=0, microsecond=0)
        hours.setdefault(hour, []).append(sample)
    return [roll_up(own, hour, hour + timedelta(hours=1)) for hour, own in hours.items()]


def _energy_wh(powers: Iterable[tuple[datetime, Decimal | None]]) -> int | None:
    """Each power holds until the next one, or for `INTERVAL` before a silence."""
    known = [(at, power) for at, power in powers if power is not None]
    if not known:
        return None
    watt_microseconds = Decimal(0)
    for index, (at, power) in enumerate(known):
        step = known[index + 1][0] - at if index + 1 < len(known) else INTERVAL
        held = step if step <= LONGEST_STEP else INTERVAL
        watt_microseconds += power * (held // timedelta(microseconds=1))
    return round(watt_microseconds / (3600 * 10**6))


def _peak(values: Iterable[Decimal | None]) -> Decimal | None:
    return max((value for value in values if value is not None), default=None)
