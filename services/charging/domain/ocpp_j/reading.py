"""Reading a payload as its message: strictly first, then by the named rules of lenience.

Real stations send numbers as text, texts too long, values of other versions and times without a
zone. What a rule can mend is taken, and a `Finding` says what was done; the rest is refused with
the code of OCPP-J, section 4.2.3.
"""

import hashlib
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from services.charging.domain.ocpp_j.frames import ErrorCode
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.nul_character import says_nul, without_nul
from services.charging.domain.quarantine import Finding, Rule

M = TypeVar("M", bound=Message)
NO_TIME = "1970-01-01T00:00:00Z"
"""What a clock says that was never set: a time that is missing or unreadable tells no more. Being
the same for each repetition of a message, it lets them be told as such."""
IDENTIFIERS = {"idTag", "idToken"}
MOST_MENDINGS = 64
"""In one message; beyond that it is not the message it says it is."""


class UnreadableError(Exception):
    """No rule could make this payload the message it should be."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the messages of one version of OCPP. Fields are by name, as the standard spells it."""

    implied: Mapping[str, object]
    """What a missing field stands for."""
    unknown: Mapping[str, object]
    """What an unknown value of a field stands for."""
    renamed: Mapping[str, str]
    """Values of other versions, and what this one calls them."""
    dispensable: Set[str]
    """Fields that are left out when their value is unknown."""
    harmless_sample: Mapping[str, object]
    """What a sample of an unknown measurand stands for: without its measurand the value would
    count as an energy register."""

    def read(self, kind: type[M], payload: bytes) -> tuple[M, list[Finding]]:
        """The message and what had to be mended; raises `UnreadableError`."""
        findings: list[Finding] = []
        if says_nul(payload):
            payload = without_nul(payload)
            findings.append(Finding(Rule.NUL_CHARACTER, "$"))
        try:
            return msgspec.json.decode(payload, type=kind), findings
        except msgspec.ValidationError:
            document = _document(payload)
        except (msgspec.DecodeError, RecursionError) as error:
            raise UnreadableError(ErrorCode.FORMATION_VIOLATION, str(error)) from error
        for _ in range(MOST_MENDINGS):
            try:
                return msgspec.convert(document, kind), findings
            except msgspec.ValidationError as error:
                findings.append(self._mend_or_leave_out(kind, document, str(error)))
        raise UnreadableError(ErrorCode.FORMATION_VIOLATION, f"more than {MOST_MENDINGS} faults")

    def _mend_or_leave_out(self, kind: type[Message], document: Any, complaint: str) -> Finding:
        """A stop counts without its reason: an optional field must not cost the message."""
        try:
            return self._mend(document, complaint)
        except UnreadableError:
            [top, *_] = _steps(complaint.rpartition(" - at `")[2]) or [""]
            optional = {
                field.encode_name for field in msgspec.structs.fields(kind) if not field.required
            }
            if top not in optional:
                raise
            del document[top]
            return Finding(Rule.FIELD_LEFT_OUT, complaint)

    def _mend(self, document: Any, complaint: str) -> Finding:
        """Change the document where the validator complains; raises `UnreadableError`."""
        what, _, path = complaint.partition(" - at `")
        path = path.rstrip("`") or "$"
        if missing := re.fullmatch(r"Object missing required field `(.*)`", what):
            name = missing[1]
            owner = _at(document, _steps(path))
            where = f"{path}.{name}"
            if name == "timestamp":
                owner[name] = NO_TIME
            elif name in self.implied:
                owner[name] = self.implied[name]
            else:
                raise UnreadableError(ErrorCode.PROTOCOL_ERROR, f"{where} is missing")
            return Finding(Rule.FIELD_MISSING, where)

        *steps, last = _steps(path) or [""]
        if last == "":
            raise UnreadableError(ErrorCode.FORMATION_VIOLATION, complaint)
        owner = _at(document, steps)
        value = owner[last]
        if longest := re.fullmatch(r"Expected `str` of length <= (\d+)", what):
            owner[last] = _cut(value, int(longest[1]), is_identifier=last in IDENTIFIERS)
            return Finding(Rule.TEXT_TOO_LONG, path)
        if what.startswith("Invalid enum value"):
            return self._without_unknown(owner, last, value, path)
        if what == "Expected `datetime` with a timezone component":
            owner[last] = f"{value}Z"
            return Finding(Rule.ZONE_MISSING, path)
        if what == "Invalid RFC3339 encoded datetime":
            owner[last] = NO_TIME
            return Finding(Rule.TIME_UNREADABLE, path)
        if what.startswith("Expected `str") and isinstance(value, int | float):
            owner[last] = str(value)
            return Finding(Rule.NUMBER_FOR_TEXT, path)
        if what.startswith("Expected `int") and isinstance(value, str | float):
            return _as_integer(owner, last, value, path)
        if "of length >=" in what:
            raise UnreadableError(ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION, complaint)
        raise UnreadableError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, complaint)

    def _without_unknown(self, owner: Any, last: str | int, value: object, path: str) -> Finding:
        if value in self.renamed:
            owner[last] = self.renamed[str(value)]
        elif last in self.unknown:
            owner[last] = self.unknown[str(last)]
        elif last == "measurand":
            owner.clear()
            owner.update(self.harmless_sample)
        elif last in self.dispensable:
            del owner[last]
        else:
            raise UnreadableError(
                ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, f"{path} is not known: {str(value)[:50]!r}"
            )
        return Finding(Rule.VALUE_UNKNOWN, path)


def _cut(text: str, longest: int, *, is_identifier: bool) -> str:
    """The text as long as it may be; two identifiers that begin alike stay two."""
    ending = "…"
    if is_identifier:
        ending += hashlib.sha256(text.strip().upper().encode()).hexdigest()[:8].upper()
    return text[: longest - len(ending)] + ending


def _document(payload: bytes) -> Any:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableError(ErrorCode.FORMATION_VIOLATION, str(error)) from error


def _as_integer(owner: Any, last: str | int, value: str | float, path: str) -> Finding:
    try:
        number = float(value)
        owner[last] = int(value) if isinstance(value, str) and "." not in value else round(number)
    except (ValueError, OverflowError) as error:
        raise UnreadableError(
            ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{path} is no integer: {str(value)[:50]!r}"
        ) from error
    rule = Rule.TEXT_FOR_NUMBER if isinstance(value, str) else Rule.FRACTION_FOR_INTEGER
    return Finding(rule, path)


def _steps(path: str) -> list[str | int]:
    """``$.meterValue[0].timestamp`` as keys and indexes."""
    return [
        int(index) if index else name for name, index in re.findall(r"\.([^.\[`]+)|\[(\d+)\]", path)
    ]


def _at(document: Any, steps: list[str | int]) -> Any:
    for step in steps:
        document = document[step]
    return document
