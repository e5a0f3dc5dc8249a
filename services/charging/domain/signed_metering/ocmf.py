"""The Open Charge Metering Format: ``OCMF|{payload}|{signature}``.

The signature is over the bytes of the payload exactly as they stand between the bars.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import msgspec

_MOST_DIGITS = 20
_WH_PER_UNIT = {"Wh": 1, "kWh": 1000}
_BEGIN = {"B"}
_END = {"E", "L", "R", "A", "P"}
"""Ended by the driver, locally, remotely, aborted, or by loss of power."""
_SPOILT = "X"
"""An error while charging: from here on, energy or time is not to be relied upon."""
_EXPORT = re.compile(r":(0?2|C[0-3])\.", re.IGNORECASE)
"""Of an OBIS code: energy that flows back."""
_PAGE = re.compile(r"T([0-9]{1,18})")


class UnreadableRecordError(ValueError):
    """No OCMF record; says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One signed value of an energy register."""

    meter: str | None
    """Its serial number; without one, that of the gateway that reads it."""
    register: str
    """Its OBIS code, as the meter writes it."""
    page: int | None
    """Of its record: the meter numbers what it signs in transactions, in its order."""
    watt_hours: Decimal
    resolution_wh: Decimal
    """Of its last digit."""
    begins: bool
    ends: bool
    doubt: str | None
    """Why the meter itself says that the value is not to be relied upon."""

    @property
    def flows_back(self) -> bool:
        """Whether the register counts what a vehicle gives."""
        return _EXPORT.search(self.register) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One signed record."""

    payload: bytes
    algorithm: str
    """Such as ``ECDSA-secp256r1-SHA256``."""
    signature: bytes
    readings: Sequence[Reading]
    is_spoilt: bool
    """Whether the meter had an error while charging."""


class _Line(msgspec.Struct):
    TX: str | None = None
    RV: Decimal | None = None
    RI: str | None = None
    RU: str | None = None
    EF: str | None = None
    ST: str | None = None


class _Payload(msgspec.Struct):
    RD: list[_Line]
    MS: str | None = None
    GS: str | None = None
    PG: str | None = None


class _Signature(msgspec.Struct):
    SD: str
    SA: str = "ECDSA-secp256r1-SHA256"
    SE: str = "hex"


_payload = msgspec.json.Decoder(_Payload)
_signature = msgspec.json.Decoder(_Signature)


def read_record(received: bytes) -> Record:
    """Read one record; raises `UnreadableRecordError`."""
    payload, signed = _sections(received)
    try:
        said = _payload.decode(payload)
        signature = _signature.decode(signed)
    except (msgspec.DecodeError, RecursionError, InvalidOperation) as error:
        raise UnreadableRecordError(str(error)) from error
    return Record(
        payload=payload,
        algorithm=signature.SA,
        signature=decoded(signature.SD, signature.SE),
        readings=_readings(said.RD, said.MS or said.GS, _page(said.PG)),
        is_spoilt=any(line.TX == _SPOILT for line in said.RD),
    )


def signed_part(received: bytes) -> bytes:
    """What is signed of a record: it stays when the same is sent in other words; or all of it."""
    try:
        return _sections(received)[0]
    except UnreadableRecordError:
        return received


def _sections(received: bytes) -> tuple[bytes, bytes]:
    head, _, rest = received.strip().partition(b"|")
    payload, bar, signed = rest.rpartition(b"|")
    if head != b"OCMF" or not bar:
        raise UnreadableRecordError("not of the form OCMF|payload|signature")
    return payload, signed


def _page(said: str | None) -> int | None:
    found = _PAGE.fullmatch(said or "")
    return int(found[1]) if found else None


def decoded(text: str, encoding: str) -> bytes:
    """Bytes out of ``hex`` or ``base64``; raises `UnreadableRecordError`."""
    try:
        if encoding == "hex":
            return bytes.fromhex(text)
        if encoding == "base64":
            return b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise UnreadableRecordError(f"no {encoding}: {error}") from error
    raise UnreadableRecordError(f"the encoding {encoding[:50]!r} is neither hex nor base64")


def _readings(lines: Sequence[_Line], meter: str | None, page: int | None) -> list[Reading]:
    """A line that leaves a field out means what the line before it said."""
    register = unit = event = None
    status, errors = "G", ""
    found = []
    for line in lines:
        register, unit, event = line.RI or register, line.RU or unit, line.TX or event
        status = status if line.ST is None else line.ST
        errors = errors if line.EF is None else line.EF
        if line.RV is None or register is None or unit not in _WH_PER_UNIT:
            continue
        doubts = [f"status {status}"] if status != "G" else []
        doubts += [f"error flags {errors}"] if errors.strip() else []
        found.append(
            Reading(
                meter=meter,
                register=register,
                page=page,
                watt_hours=line.RV * _WH_PER_UNIT[unit],
                resolution_wh=_last_digit(line.RV) * _WH_PER_UNIT[unit],
                begins=event in _BEGIN,
                ends=event in _END,
                doubt=", ".join(doubts) or None,
            )
        )
    return found


def _last_digit(value: Decimal) -> Decimal:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > _MOST_DIGITS or len(digits) > _MOST_DIGITS:
        raise UnreadableRecordError(f"RV: no meter counts {str(value)[:50]}")
    return Decimal(1).scaleb(min(exponent, 0))
