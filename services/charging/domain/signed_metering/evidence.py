"""What the signed values of a session prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.charging.domain.signed_metering.meter_key import MeterKey, UnknownAlgorithmError
from services.charging.domain.signed_metering.ocmf import (
    Reading,
    Record,
    UnreadableRecordError,
    read_record,
)

_ROUNDED_WH = Decimal(1)
"""OCPP's start and stop are whole watt-hours."""


class Verdict(StrEnum):
    """Whether a session's energy is what its meter signed."""

    VERIFIED = "verified"
    WRONG_SIGNATURE = "wrong-signature"
    """Some value was signed by none of the station's meters, or changed since."""
    NO_KEY = "no-key"
    """No key of the station's meters is known."""
    UNREADABLE = "unreadable"
    """Some value is not OCMF, or signed in a way that cannot be checked."""
    INCONSISTENT = "inconsistent"
    """Signed, but not for this: the energy between start and stop is another, or was signed by
    several meters, or for an earlier transaction."""


@dataclass(frozen=True, slots=True)
class SignedValues:
    """What was signed in a transaction, in its order, and the keys of the station's meters."""

    records: Sequence[bytes] = ()
    keys: Sequence[MeterKey] = ()
    of_another: str | None = None
    """An earlier transaction of the station that told one of these records already."""


NOTHING_SIGNED = SignedValues()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and what it rests upon."""

    verdict: Verdict
    reason: str


def judge(signed: SignedValues, energy_wh: int) -> Judgement | None:
    """What was signed in a session of so much energy; None when nothing was."""
    if not signed.records:
        return None
    try:
        records = [read_record(received) for received in signed.records]
        if not signed.keys:
            return Judgement(Verdict.NO_KEY, "no key of the station's meters is known")
        for number, record in enumerate(records, 1):
            if not _is_signed(record, signed.keys):
                reason = f"value {number} of {len(records)} was signed by none of the known keys"
                return Judgement(Verdict.WRONG_SIGNATURE, reason)
    except (UnreadableRecordError, UnknownAlgorithmError) as error:
        return Judgement(Verdict.UNREADABLE, str(error))
    if signed.of_another is not None:
        reason = f"a value was told in transaction {signed.of_another} already"
        return Judgement(Verdict.INCONSISTENT, reason)
    return _compare([reading for record in records for reading in record.readings], energy_wh)


def _is_signed(record: Record, keys: Sequence[MeterKey]) -> bool:
    return any(key.verifies(record.algorithm, record.payload, record.signature) for key in keys)


def _compare(readings: Sequence[Reading], energy_wh: int) -> Judgement:
    """Begin and end of the first register of one meter that has both."""
    for begin in readings:
        if not begin.begins:
            continue
        for end in readings:
            same = (end.meter, end.register) == (begin.meter, begin.register)
            if end.ends and same:
                return _compare_pair(begin, end, energy_wh)
    return Judgement(Verdict.INCONSISTENT, "no register is signed at both begin and end")


def _compare_pair(begin: Reading, end: Reading, energy_wh: int) -> Judgement:
    for name, reading in (("begin", begin), ("end", end)):
        if reading.doubt:
            return Judgement(Verdict.INCONSISTENT, f"the {name} has {reading.doubt}")
    signed = end.watt_hours - begin.watt_hours
    allowed = max(_ROUNDED_WH, begin.resolution_wh, end.resolution_wh)
    if abs(signed - energy_wh) > allowed:
        reason = f"{signed.normalize():f} Wh are signed, {energy_wh} Wh were reported"
        return Judgement(Verdict.INCONSISTENT, reason)
    return Judgement(Verdict.VERIFIED, f"{signed.normalize():f} Wh are signed")
