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
    several meters, or for an earlier transaction; or the meter doubts it."""


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
    if any(record.is_spoilt for record in records):
        return Judgement(Verdict.INCONSISTENT, "the meter had an error while it charged (X)")
    return _compare([reading for record in records for reading in record.readings], energy_wh)


def _is_signed(record: Record, keys: Sequence[MeterKey]) -> bool:
    return any(key.verifies(record.algorithm, record.payload, record.signature) for key in keys)


def _compare(readings: Sequence[Reading], energy_wh: int) -> Judgement:
    """Registers of one meter that have both begin and end; one that agrees proves the energy.

    A meter may count before and behind a cable's losses, and what flows back besides.
    """
    registers: dict[tuple[str | None, str], list[Reading]] = {}
    for reading in readings:
        if reading.begins or reading.ends:
            registers.setdefault((reading.meter, reading.register), []).append(reading)
    whole = [
        register
        for register in registers.values()
        if any(one.begins for one in register) and any(one.ends for one in register)
    ]
    counting = [register for register in whole if not register[0].flows_back]
    judgements = [_compare_register(register, energy_wh) for register in counting or whole]
    if not judgements:
        return Judgement(Verdict.INCONSISTENT, "no register is signed at both begin and end")
    verified = (one for one in judgements if one.verdict is Verdict.VERIFIED)
    return next(verified, judgements[0])


def _compare_register(register: Sequence[Reading], energy_wh: int) -> Judgement:
    begins = [reading for reading in register if reading.begins]
    ends = [reading for reading in register if reading.ends]
    for name, found in (("begin", begins), ("end", ends)):
        if doubts := [reading.doubt for reading in found if reading.doubt]:
            return Judgement(Verdict.INCONSISTENT, f"the {name} has {doubts[0]}")
        if len({reading.watt_hours for reading in found}) > 1:
            return Judgement(Verdict.INCONSISTENT, f"more than one {name} is signed")
    pages = [[one.page for one in found if one.page is not None] for found in (begins, ends)]
    if all(pages) and max(pages[1]) < min(pages[0]):
        reason = f"the end (T{max(pages[1])}) was signed before the begin (T{min(pages[0])})"
        return Judgement(Verdict.INCONSISTENT, reason)
    return _compare_pair(begins[0], ends[0], energy_wh)


def _compare_pair(begin: Reading, end: Reading, energy_wh: int) -> Judgement:
    signed = end.watt_hours - begin.watt_hours
    allowed = max(_ROUNDED_WH, begin.resolution_wh, end.resolution_wh)
    if abs(signed - energy_wh) > allowed:
        reason = f"{signed.normalize():f} Wh are signed, {energy_wh} Wh were reported"
        return Judgement(Verdict.INCONSISTENT, reason)
    return Judgement(Verdict.VERIFIED, f"{signed.normalize():f} Wh are signed")
