"""What was received and could not be taken as it was: kept, with the rule that noticed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_KEPT = 8192
"""Characters of a received text that a record keeps; a frame may be larger than any use of it."""


class Rule(StrEnum):
    """Named rules. Each says what was wrong, and what was done instead of refusing."""

    # Frames and messages
    FRAME_MALFORMED = "frame-malformed"
    """No OCPP-J frame, or an answer to nothing; answered by a CALLERROR where one is due."""
    ACTION_UNKNOWN = "action-unknown"
    """Refused with ``NotImplemented``."""
    MESSAGE_UNREADABLE = "message-unreadable"
    """No rule could mend it; refused."""
    MESSAGE_NOT_STORABLE = "message-not-storable"
    """A number that no field of its kind can hold; refused."""
    STATION_NOT_ACCEPTED = "station-not-accepted"
    """Said by a station that is pending or rejected, without being asked; refused."""

    DAY_FULL = "day-full"
    """So many records of the station's day are kept already: the rest of them is counted only."""

    # Fields
    TEXT_TOO_LONG = "text-too-long"
    """Cut to the length that the standard allows, ending in ``…``; an identifier in ``…`` and a
    hash of it, as others may begin alike."""
    NUMBER_FOR_TEXT = "number-for-text"
    TEXT_FOR_NUMBER = "text-for-number"
    OTHER_FOR_BOOLEAN = "other-for-boolean"
    """``0``, ``"true"`` and the like."""
    FRACTION_FOR_INTEGER = "fraction-for-integer"
    """Rounded to the nearest integer."""
    VALUE_UNKNOWN = "value-unknown"
    """Not among the values that the standard lists; replaced by the one that differs in case only,
    by its ``Other``, or left out. What is of an unknown unit, measurand or phase is no energy
    register."""
    FIELD_MISSING = "field-missing"
    """Replaced by what the standard's other fields imply."""
    FIELD_LEFT_OUT = "field-left-out"
    """Optional, or an item of a list, and not readable: the message counts without it."""
    NUL_CHARACTER = "nul-character"
    """Replaced by U+FFFD: no database stores it."""

    # Time
    ZONE_MISSING = "zone-missing"
    """Taken as UTC."""
    TIME_MISSPELT = "time-misspelt"
    """As ISO 8601 has it, which OCPP-J asks for, and not RFC 3339, as its schemas do: ``+02``, or
    no seconds. Taken as it is meant."""
    TIME_UNREADABLE = "time-unreadable"
    """Taken as that of a clock that was never set."""
    CLOCK_NOT_SET = "clock-not-set"
    """Earlier than any OCPP station: the time of receipt instead."""
    CLOCK_AHEAD = "clock-ahead"
    """Later than its receipt, by more than a clock may be wrong: the time of receipt instead."""

    # Sessions
    TOKEN_UNKNOWN = "token-unknown"  # noqa: S105 — a rule, no password
    """The start is recorded and answered ``Invalid``: energy may flow at an offline station."""
    STOP_OF_UNKNOWN_TRANSACTION = "stop-of-unknown-transaction"
    """Kept; ends the session of the station that it fits, once it can be of no other."""
    STOP_DIFFERS = "stop-differs"
    """A second stop of an ended session says otherwise; the first stands."""
    METER_WENT_BACKWARDS = "meter-went-backwards"
    """The meter's stop is less than its start: no energy is billed."""
    ENDS_BEFORE_START = "ends-before-start"
    """The session ends when it started."""
    REGISTER_IN_KWH = "register-in-kwh"
    """A transaction's register claims Wh and fits its start and stop only as kWh: its values are
    kept as received only."""
    TRANSACTION_ID_REUSED = "transaction-id-reused"
    """Another start of a transaction that is known: kept; the first stands."""
    METER_START_MISSING = "meter-start-missing"
    """No meter value of the transaction's begin was ever told: no energy is billed."""
    METER_STOP_MISSING = "meter-stop-missing"
    """The end tells no meter value: the last one before it counts."""
    METER_VALUE_UNREADABLE = "meter-value-unreadable"
    """An energy register that is no number: kept as received only."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One application of a rule; `where` names the field, or says more in words."""

    rule: Rule
    where: str


@dataclass(frozen=True, slots=True)
class QuarantineRecord:
    """A finding with what was received."""

    station_id: str
    finding: Finding
    received: str
    received_at: datetime


def records(
    station_id: str, findings: Sequence[Finding], received: bytes | str, received_at: datetime
) -> list[QuarantineRecord]:
    """A record for each finding about one received text; bytes that are no text are escaped."""
    if not findings:
        return []
    if isinstance(received, bytes):
        received = received[:LONGEST_KEPT].decode(errors="backslashreplace")
    kept = received[:LONGEST_KEPT].replace("\x00", "\\x00")
    kept = kept.encode(errors="backslashreplace").decode()
    return [QuarantineRecord(station_id, finding, kept, received_at) for finding in findings]
