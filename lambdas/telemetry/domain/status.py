"""The status document: what a device's cloud posts once a minute, and what we understand of it.

The form is that of a Particle webhook: ``event``, ``data`` (a string with JSON inside),
``coreid`` and ``published_at``. Documents arrive at least once and in any order; two with the same
``coreid``, ``published_at`` and ``event`` are one.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

import msgspec

DEVICE_ID_BYTES = 128
"""Longest device id, in UTF-8. A Particle device id is 24 bytes."""

MOST_AHEAD = timedelta(days=1)
"""A document from further in the future would hide every later one behind it."""

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LARGEST_MAGNITUDE = 12
_FINEST_EXPONENT = -26


class UnreadableDocumentError(ValueError):
    """A document that cannot be understood; says what is wrong and where."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a solar motor controller reports of one moment. A field it does not send is None.

    Measurements are exact decimals, as sent: real power data has four decimals of a watt, so
    neither whole watts nor whole milliwatts would hold it.
    """

    solar_power_w: Decimal | None = None
    """Signed: at night an inverter draws a few watts from the grid."""
    grid_power_w: Decimal | None = None
    """Drawn from the grid; negative when fed into it."""
    motor_rpm: Decimal | None = None
    battery_v: Decimal | None = None
    temperature_c: Decimal | None = None
    state: str | None = None
    """The controller's own word, such as ``running``."""
    fault_codes: tuple[str, ...] = ()
    """Active faults, in the controller's own codes."""


class StatusDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One readable document."""

    device_id: str
    event: str
    published_at: datetime
    """UTC."""
    status: Status
    text: str
    """The document as it was received."""

    @property
    def identity(self) -> tuple[str, datetime, str]:
        """What two deliveries of the same document have in common."""
        return (self.device_id, self.published_at, self.event)


class _Form(msgspec.Struct):
    event: str
    coreid: str
    published_at: Annotated[datetime, msgspec.Meta(tz=True)]
    data: msgspec.Raw


class _Data(msgspec.Struct):
    solar_power_w: Decimal | None = None
    grid_power_w: Decimal | None = None
    motor_rpm: Decimal | None = None
    battery_v: Decimal | None = None
    temperature_c: Decimal | None = None
    state: str | None = None
    fault_codes: list[int | str] | None = None


_NOT_JSON = (ValueError, RecursionError)
"""Not the form that was expected, or nested without end."""

_form = msgspec.json.Decoder(_Form)
_data = msgspec.json.Decoder(_Data)
_string = msgspec.json.Decoder(str)


def read_document(text: str, *, received_at: datetime) -> StatusDocument:
    """Read one document; fields that `Status` does not know are left to the raw text.

    Raises `UnreadableDocumentError`.
    """
    try:
        form = _form.decode(text)
    except _NOT_JSON as error:
        raise UnreadableDocumentError(f"document: {error}") from error
    return StatusDocument(
        device_id=_name("coreid", form.coreid, DEVICE_ID_BYTES),
        event=_name("event", form.event, 64),
        published_at=_published_at(form.published_at, received_at),
        status=_status(form.data),
        text=text,
    )


def _name(field: str, value: str, limit: int) -> str:
    if not value or not value.isprintable() or len(value.encode()) > limit:
        raise UnreadableDocumentError(f"{field}: must be 1 to {limit} bytes of printable text")
    return value


def _published_at(value: datetime, received_at: datetime) -> datetime:
    # The comparison is safe at the ends of the calendar, where a change of zone overflows.
    if not _EARLIEST <= value <= received_at + MOST_AHEAD:
        raise UnreadableDocumentError(
            f"published_at: {value.isoformat()} is not between {_EARLIEST.date()}"
            " and a day after it was received"
        )
    return value.astimezone(UTC)


def _status(data: msgspec.Raw) -> Status:
    try:
        inner = _string.decode(data) if bytes(data).startswith(b'"') else bytes(data)
        read = _data.decode(inner)
    except _NOT_JSON as error:
        raise UnreadableDocumentError(f"data: {error}") from error
    if read.state is not None:
        _name("data: state", read.state, 64)
    codes = tuple(_name("data: fault_codes", str(code), 16) for code in read.fault_codes or ())
    if len(codes) > 32:
        raise UnreadableDocumentError("data: fault_codes: more than 32")
    status = Status(
        solar_power_w=_measurement("solar_power_w", read.solar_power_w),
        grid_power_w=_measurement("grid_power_w", read.grid_power_w),
        motor_rpm=_measurement("motor_rpm", read.motor_rpm),
        battery_v=_measurement("battery_v", read.battery_v),
        temperature_c=_measurement("temperature_c", read.temperature_c),
        state=read.state,
        fault_codes=codes,
    )
    if status == Status() and read.fault_codes is None:
        known = ", ".join(Status.__struct_fields__)
        raise UnreadableDocumentError(f"data: holds none of {known}")
    return status


def _measurement(field: str, value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    # The bounds are those within which the table keeps every digit.
    exponent = value.as_tuple().exponent
    if (
        not isinstance(exponent, int)
        or value.adjusted() >= _LARGEST_MAGNITUDE
        or exponent < _FINEST_EXPONENT
    ):
        raise UnreadableDocumentError(
            f"data: {field}: must be a number below 10^12 with at most 26 decimals"
        )
    return value
