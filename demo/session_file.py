"""A file of charging sessions as operators export them, one session a line.

Columns that must be there: ``sessionId``, ``kwhTotal``, ``created``, ``ended``, ``userId``,
``stationId``, ``locationId``; others are left alone. Times are local to the sites, ``YYYY-MM-DD
HH:MM:SS``; a year without its century (``0014``) is of this one. Energy is kWh with at most three
decimals, so that it is a whole number of watt-hours.

A line that cannot be believed is named with its number and left out; nothing is guessed.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

COLUMNS = ("sessionId", "kwhTotal", "created", "ended", "userId", "stationId", "locationId")
_CENTURY = 2000


@dataclass(frozen=True, kw_only=True)
class RecordedSession:
    """One charging session of the file, complete and consistent."""

    session: str
    driver: str
    station: str
    site: str
    started_at: datetime
    """UTC."""
    ended_at: datetime
    """UTC, not before `started_at`."""
    energy_wh: int


@dataclass(frozen=True)
class BrokenLine:
    """A line that was left out, and why."""

    number: int
    """As an editor counts: the header is line 1."""
    reason: str


def read(path: Path, zone: ZoneInfo) -> tuple[list[RecordedSession], list[BrokenLine]]:
    """All sessions of the file in its order, and the lines that are none.

    Raises `ValueError` when the file lacks a column, `OSError` when it cannot be read.
    """
    sessions: dict[str, tuple[int, RecordedSession]] = {}
    broken: list[BrokenLine] = []
    for number, row in _rows(path):
        try:
            session = _session(row, zone)
            if session.session in sessions:
                first = sessions[session.session][0]
                raise ValueError(f"sessionId {session.session} was on line {first} already")
            sessions[session.session] = (number, session)
        except ValueError as error:
            broken.append(BrokenLine(number, str(error)))
    return [session for _, session in sessions.values()], broken


def _rows(path: Path) -> Iterator[tuple[int, dict[str | None, str | None]]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path}: line 1: columns missing: {', '.join(missing)}")
        for row in reader:
            yield reader.line_num, row


def _session(row: dict[str | None, str | None], zone: ZoneInfo) -> RecordedSession:
    if None in row:
        raise ValueError("more fields than the header has columns")
    text = {name: (row[name] or "").strip() for name in COLUMNS}
    for name, value in text.items():
        if not value:
            raise ValueError(f"{name}: empty")
    started_at = _instant("created", text["created"], zone)
    ended_at = _instant("ended", text["ended"], zone)
    if ended_at < started_at:
        raise ValueError(f"ended: {text['ended']} is before created, {text['created']}")
    return RecordedSession(
        session=text["sessionId"],
        driver=text["userId"],
        station=text["stationId"],
        site=text["locationId"],
        started_at=started_at,
        ended_at=ended_at,
        energy_wh=_watt_hours("kwhTotal", text["kwhTotal"]),
    )


def _instant(column: str, text: str, zone: ZoneInfo) -> datetime:
    """The instant of a local time; the first of two when the clock was set back."""
    try:
        naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 — the zone comes next
    except ValueError:
        raise ValueError(f"{column}: {text!r} is no time of the form 2015-10-01 12:34:56") from None
    if naive.year < 100:
        naive = naive.replace(year=naive.year + _CENTURY)
    instant = naive.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != naive:
        raise ValueError(f"{column}: {text} did not exist in {zone.key}: the clock was set forward")
    return instant


def _watt_hours(column: str, text: str) -> int:
    try:
        watt_hours = Decimal(text) * 1000
    except InvalidOperation:
        raise ValueError(f"{column}: {text!r} is no number") from None
    if not watt_hours.is_finite() or watt_hours < 0:
        raise ValueError(f"{column}: {text} kWh is no energy")
    if watt_hours != watt_hours.to_integral_value():
        raise ValueError(f"{column}: {text} kWh is no whole number of watt-hours")
    return int(watt_hours)
