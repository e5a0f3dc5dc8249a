"""What the solar controllers of a site feed in, as charging may use it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal

from lambdas.telemetry.domain.rollup import Sample

WINDOW = timedelta(minutes=5)
"""Over which power is averaged: a cloud that passes is no reason to tell stations anything."""


@dataclass(frozen=True)
class Controller:
    """A device that is a solar controller of a site of a company."""

    device_id: str
    site_id: str
    company: str


def surplus_w(devices: Iterable[Sequence[Sample]]) -> int | None:
    """The sum of the devices' means, in whole watts, rounded down; None when none has a power.

    A silent device feeds nothing in: a sun that nobody reports is no sun.
    """
    means = [mean for samples in devices if (mean := _mean_w(samples)) is not None]
    if not means:
        return None
    return int(sum(means, Decimal(0)).to_integral_value(ROUND_FLOOR))


def _mean_w(samples: Sequence[Sample]) -> Decimal | None:
    powers = [power for sample in samples if (power := _feed_in_w(sample)) is not None]
    return sum(powers, Decimal(0)) / len(powers) if powers else None


def _feed_in_w(sample: Sample) -> Decimal | None:
    """A controller's grid power is its own: what its motor leaves of the sun, without any car."""
    grid, solar = sample.status.grid_power_w, sample.status.solar_power_w
    return solar if grid is None else -grid
