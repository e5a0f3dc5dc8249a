"""Reading a payload as its message: strictly first, then by the named rules of lenience.

Real stations send numbers as text, texts too long, values of other versions and times without a
zone. What a rule can mend is taken, and a `Finding` says what was done. Of what no rule mends, the
innermost field or item that may be absent is left out; where there is none the message is refused
with the code of OCPP-J, section 4.2.3.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from re import fullmatch, sub
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from services.charging.domain.ocpp_j.faults import (
    Fault,
    Noted,
    Step,
    UnreadableError,
    at,
    leave_out,
    type_at,
    until_list_of_objects,
)
from services.charging.domain.ocpp_j.frames import ErrorCode
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.nul_character import says_nul, without_nul
from services.charging.domain.quarantine import Finding, Rule

M = TypeVar("M", bound=Message)
NO_TIME = "1970-01-01T00:00:00Z"
"""What a clock says that was never set: a time that is missing or unreadable tells no more. Being
the same for each repetition of a message, it lets them be told as such."""
IDENTIFIERS = {"idTag", "idToken"}
MEASURED = {"value", "measurand", "unit", "phase"}
"""Fields of a sample; what is said in them must be known, or it must not count as an energy
register: one of a phase that nobody knows is no total."""
_BOOLEANS = {"0": False, "false": False, "1": True, "true": True}
MOST_MENDINGS = 64
"""Of one object; beyond that its fields are left out whole."""


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
    """What a sample stands for whose value, measurand, unit or phase is unknown: a measurand that
    nobody reads, and a value for want of one."""

    def read(self, kind: type[M], payload: bytes) -> tuple[M, list[Finding]]:
        """The message and what had to be mended; raises `UnreadableError`."""
        noted = Noted()
        if says_nul(payload):
            payload = without_nul(payload)
            noted.add(Rule.NUL_CHARACTER, "$")
        try:
            return msgspec.json.decode(payload, type=kind), noted.findings
        except msgspec.ValidationError:
            document = _document(payload)
        except (msgspec.DecodeError, RecursionError) as error:
            raise UnreadableError(ErrorCode.FORMATION_VIOLATION, str(error)) from error
        return self._mended(kind, document, "$", noted), noted.findings

    def _mended(self, kind: type[M], document: Any, where: str, noted: Noted) -> M:
        """A message, or an object in one, after as much mending as it takes."""
        for attempt in count():
            try:
                return msgspec.convert(document, kind)
            except msgspec.ValidationError as error:
                fault = Fault.of(str(error), where)
            steps, items = until_list_of_objects(kind, fault.steps)
            try:
                noted.count_fault()
                if attempt >= MOST_MENDINGS:
                    steps = steps[:1]
                    reason = f"more than {MOST_MENDINGS} faults"
                    raise UnreadableError(ErrorCode.FORMATION_VIOLATION, reason)
                if items is not None:
                    self._mend_items(items, at(document, steps), _path(where, steps), noted)
                else:
                    self._mend_sample_or_field(kind, document, fault, noted)
            except UnreadableError:
                # A stop counts without its reason: an optional field must not cost the message.
                if not leave_out(kind, document, steps):
                    raise
                noted.add(Rule.FIELD_LEFT_OUT, fault.complaint)
        raise AssertionError("counting never ends")

    def _mend_items(self, kind: type, items: list[Any], where: str, noted: Noted) -> None:
        """All of a list at once: what is wrong with one is wrong with most of them."""
        kept: list[Any] = []
        lost: list[int] = []
        refusal: UnreadableError | None = None
        for index, item in enumerate(items):
            try:
                self._mended(kind, item, f"{where}[{index}]", noted)
                kept.append(item)
            except UnreadableError as error:
                lost.append(index)
                refusal = error
        if refusal is not None and not kept:
            raise refusal
        for index in lost:
            noted.add(Rule.FIELD_LEFT_OUT, f"{where}[{index}]")
        items[:] = kept

    def _mend_sample_or_field(self, kind: type, document: Any, fault: Fault, noted: Noted) -> None:
        try:
            finding = self._mend(kind, document, fault)
        except UnreadableError:
            *outer, last = [*fault.steps, *([fault.missing] if fault.missing else [])] or [""]
            if last not in MEASURED or not _has_measurand(kind, outer):
                raise
            finding = self._make_harmless(at(document, outer), str(last), fault.where)
        noted.add(finding.rule, finding.where)

    def _make_harmless(self, sample: dict[str, object], last: str, where: str) -> Finding:
        """The rest of it stays: a signed value counts whatever unit stands beside it."""
        rule = Rule.VALUE_UNKNOWN if last in sample else Rule.FIELD_MISSING
        sample.pop(last, None)
        sample |= {
            name: harmless
            for name, harmless in self.harmless_sample.items()
            if name in {"measurand", last}
        }
        return Finding(rule, where)

    def _mend(self, kind: type, document: Any, fault: Fault) -> Finding:
        """Change the document where the validator complains; raises `UnreadableError`."""
        what, where = fault.what, fault.where
        if fault.missing is not None:
            return self._imply(at(document, fault.steps), fault.missing, where)
        *steps, last = fault.steps or [""]
        if last == "":
            raise UnreadableError(ErrorCode.FORMATION_VIOLATION, fault.complaint)
        owner = at(document, steps)
        value = owner[last]
        if value is None and (last in self.implied or last == "timestamp"):
            return self._imply(owner, str(last), where)
        if longest := fullmatch(r"Expected `str` of length <= (\d+)", what):
            owner[last] = _cut(value, int(longest[1]), is_identifier=last in IDENTIFIERS)
            return Finding(Rule.TEXT_TOO_LONG, where)
        if what.startswith("Invalid enum value"):
            known = type_at(kind, fault.steps)
            return self._without_unknown(owner, last, value, known, where)
        if what == "Expected `datetime` with a timezone component":
            owner[last] = f"{value}Z"
            return Finding(Rule.ZONE_MISSING, where)
        if what == "Invalid RFC3339 encoded datetime":
            spelt = _in_rfc_3339(value)
            owner[last] = spelt or NO_TIME
            return Finding(Rule.TIME_MISSPELT if spelt else Rule.TIME_UNREADABLE, where)
        if what.startswith("Expected `datetime`") and last == "timestamp":
            owner[last] = NO_TIME
            return Finding(Rule.TIME_UNREADABLE, where)
        if what.startswith("Expected `bool") and str(value).lower() in _BOOLEANS:
            owner[last] = _BOOLEANS[str(value).lower()]
            return Finding(Rule.OTHER_FOR_BOOLEAN, where)
        if what.startswith("Expected `str") and isinstance(value, int | float):
            owner[last] = msgspec.json.encode(value).decode()
            return Finding(Rule.NUMBER_FOR_TEXT, where)
        if what.startswith("Expected `int") and isinstance(value, str | float):
            return _as_integer(owner, last, value, where)
        if "of length >=" in what:
            raise UnreadableError(ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION, fault.complaint)
        raise UnreadableError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, fault.complaint)

    def _imply(self, owner: Any, name: str, where: str) -> Finding:
        if name == "timestamp":
            owner[name] = NO_TIME
        elif name in self.implied:
            owner[name] = self.implied[name]
        else:
            raise UnreadableError(ErrorCode.PROTOCOL_ERROR, f"{where} is missing")
        return Finding(Rule.FIELD_MISSING, where)

    def _without_unknown(
        self, owner: Any, last: Step, value: str, known: inspect.Type, where: str
    ) -> Finding:
        instead = self.renamed.get(value, self.unknown.get(str(last)))
        if (spelt := _in_other_case(known, value)) is not None:
            owner[last] = spelt
        elif instead is not None and instead != value:
            owner[last] = instead
        elif last in self.dispensable:
            del owner[last]
        else:
            raise UnreadableError(
                ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
                f"{where} is not known: {str(value)[:50]!r}",
            )
        return Finding(Rule.VALUE_UNKNOWN, where)


def _in_other_case(known: inspect.Type, value: str) -> str | None:
    if not isinstance(known, inspect.LiteralType):
        return None
    return {str(one).casefold(): str(one) for one in known.values}.get(value.casefold())


def _has_measurand(kind: type, steps: list[Step]) -> bool:
    owner = type_at(kind, steps)
    return isinstance(owner, inspect.StructType) and any(
        field.encode_name == "measurand" for field in owner.fields
    )


def _path(where: str, steps: list[Step]) -> str:
    return where + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _cut(text: str, longest: int, *, is_identifier: bool) -> str:
    """The text as long as it may be; two identifiers that begin alike stay two."""
    ending = "…"
    if is_identifier:
        ending += hashlib.sha256(text.strip().upper().encode()).hexdigest()[:8].upper()
    return text[: longest - len(ending)] + ending


def _in_rfc_3339(time: str) -> str | None:
    """A time that ISO 8601 allows; None: it is none, or only a day."""
    close = sub(r"\s+(?=(Z|[+-][\d:]+)$)", "", time.strip())
    try:
        spelt = datetime.fromisoformat(close).isoformat()
    except ValueError:
        return None
    # What is left has seconds in its zone.
    return spelt if spelt != time and len(close) > len("2026-03-01") else None


def _document(payload: bytes) -> Any:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableError(ErrorCode.FORMATION_VIOLATION, str(error)) from error


def _as_integer(owner: Any, last: str | int, value: str | float, path: str) -> Finding:
    try:
        number = float(value)
        is_whole = isinstance(value, str) and value.strip().lstrip("+-").isdecimal()
        owner[last] = int(value) if is_whole else round(number)
    except (ValueError, OverflowError) as error:
        raise UnreadableError(
            ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{path} is no integer: {str(value)[:50]!r}"
        ) from error
    rule = Rule.TEXT_FOR_NUMBER if isinstance(value, str) else Rule.FRACTION_FOR_INTEGER
    return Finding(rule, path)
