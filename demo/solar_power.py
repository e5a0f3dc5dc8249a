"""What a solar controller reports: a day as it might have been, or a file of what was measured."""

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from demo.session_file import BrokenLine

MINUTE = timedelta(minutes=1)
DAY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class SolarPower:
    """The power at one minute."""

    at: datetime
    power_w: Decimal
    """Negative at night: the inverter draws a little."""

    def document(self, device: str) -> dict[str, str]:
        """The body that the device's cloud posts for it (the form of a Particle webhook)."""
        return {
            "event": "status",
            # Written by hand: a Decimal is a JSON number already, a float would only be near it.
            "data": f'{{"solar_power_w": {self.power_w}, "state": "running"}}',
            "coreid": device,
            "published_at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def last_day(now: datetime) -> list[SolarPower]:
    """Each minute of the 24 hours before `now`, as an array of 6 kW sees a clear day."""
    end = now.astimezone(UTC).replace(second=0, microsecond=0)
    return [
        SolarPower(at=at, power_w=_clear_sky(at))
        for at in (end - DAY + number * MINUTE for number in range(1, 24 * 60 + 1))
    ]


def _clear_sky(at: datetime) -> Decimal:
    height = math.sin(math.pi * (at.hour * 60 + at.minute - 6 * 60) / (12 * 60))
    return Decimal("-2.5") if height <= 0 else Decimal(round(6_000 * height**1.3))


def read(path: Path) -> tuple[list[SolarPower], list[BrokenLine]]:
    """All lines of a file with a time and a power in W, and the lines that are none.

    The first column is a time with its offset, the second the power. Raises `OSError` when the file
    cannot be read and `ValueError` when it is empty.
    """
    readings: dict[datetime, SolarPower] = {}
    broken: list[BrokenLine] = []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = csv.reader(file)
        if next(lines, None) is None:
            raise ValueError(f"{path}: empty")
        for line in lines:
            try:
                reading = _reading(line)
                if reading.at in readings:
                    raise ValueError(f"{line[0]} was there already")
                readings[reading.at] = reading
            except ValueError as error:
                broken.append(BrokenLine(lines.line_num, str(error)))
    return list(readings.values()), broken


def _reading(line: list[str]) -> SolarPower:
    if len(line) != 2:
        raise ValueError(f"{len(line)} fields where a time and a power are wanted")
    try:
        at = datetime.fromisoformat(line[0])
    except ValueError:
        raise ValueError(f"{line[0]!r} is no time") from None
    if at.tzinfo is None:
        raise ValueError(f"{line[0]} carries no offset from UTC")
    try:
        power_w = Decimal(line[1])
    except InvalidOperation:
        raise ValueError(f"{line[1]!r} is no power in watts") from None
    if not power_w.is_finite():
        raise ValueError(f"{line[1]} is no power in watts")
    return SolarPower(at=at.astimezone(UTC), power_w=power_w)
