"""How a quarter of an hour of one device is packed into one DynamoDB item.

DynamoDB bills an update by the size of the whole item, a write unit for each KiB begun. Fifteen
statuses with every field fit in one KiB and sixty do not: so the item holds a quarter of an hour,
and one status costs one write unit. Quarters also end where every time zone's hours and days do.

Each status is one attribute of the item, named by its seconds after the quarter's start
(``450.123``; with ``#`` and the event when that is not ``status``), so that one update needs no
read, no order and no item to be there. The value is a map with the short names below.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lambdas.telemetry.domain.rollup import Sample
from lambdas.telemetry.domain.status import Status

QUARTER = timedelta(minutes=15)

PLAIN_EVENT = "status"
"""The event that entries need not name."""

SHORT_NAMES = {
    "solar_power_w": "s",
    "grid_power_w": "g",
    "motor_rpm": "m",
    "battery_v": "b",
    "temperature_c": "t",
    "state": "z",
    "fault_codes": "f",
}
"""Never reuse one: old items keep the meaning they were written with."""

Entry = dict[str, Decimal | str | list[str]]


def quarter_of(moment: datetime) -> datetime:
    """The start of the quarter of an hour (UTC) that holds `moment`."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute // 15 * 15, second=0, microsecond=0)


def entry_name(published_at: datetime, event: str) -> str:
    """The name of the attribute that holds the status of `event` at `published_at`."""
    offset = published_at - quarter_of(published_at)
    seconds = f"{offset.seconds}.{offset.microseconds:06}".rstrip("0").rstrip(".")
    return seconds if event == PLAIN_EVENT else f"{seconds}#{event}"


def pack(status: Status) -> Entry:
    """The value of one entry; fields without a value take no room."""
    entry: Entry = {}
    for field, short in SHORT_NAMES.items():
        value = getattr(status, field)
        if isinstance(value, tuple):
            if value:
                entry[short] = list(value)
        elif value is not None:
            entry[short] = value
    return entry


def unpack(quarter: datetime, attributes: Mapping[str, object]) -> list[Sample]:
    """The samples among an item's attributes, in order of time."""
    samples = []
    for name, entry in attributes.items():
        if name[0].isdecimal() and isinstance(entry, dict):
            seconds, _, event = name.partition("#")
            offset = timedelta(microseconds=int(Decimal(seconds) * 10**6))
            values = {f: entry[short] for f, short in SHORT_NAMES.items() if short in entry}
            values["fault_codes"] = tuple(values.get("fault_codes", ()))
            samples.append(Sample(quarter + offset, event or PLAIN_EVENT, Status(**values)))
    return sorted(samples, key=lambda sample: (sample.published_at, sample.event))
