"""Where a payload is not what its type says, in the words of the validator.

A message's type is walked beside its document: what is optional there may be left out.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from services.charging.domain.ocpp_j.frames import ErrorCode
from services.charging.domain.quarantine import Finding, Rule

Step = str | int
MOST_FAULTS = 10_000
"""In one message: a day's meter values, each of them wrong. What is wrong beyond is left out."""


class UnreadableError(Exception):
    """No rule could make this payload the message it should be."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint of the validator."""

    what: str
    steps: list[Step]
    """From the document that was read, a message or an item of a list in it."""
    where: str
    """From the message."""
    missing: str | None
    """The field that is not there; `steps` lead to what should have it."""

    @classmethod
    def of(cls, complaint: str, document_at: str) -> "Fault":
        """As the validator words it, about a document that stands there in its message."""
        what, _, path = complaint.partition(" - at `")
        path = path.rstrip("`").removeprefix("$")
        missing = re.fullmatch(r"Object missing required field `(.*)`", what)
        name = missing[1] if missing else None
        where = f"{document_at}{path}" + (f".{name}" if name else "")
        return cls(what, _steps(path), where, name)

    @property
    def complaint(self) -> str:
        """For people."""
        return f"{self.what} - at `{self.where}`"


class Noted:
    """What was found in one message: the same in several items of a list is one finding."""

    def __init__(self) -> None:
        self._found: dict[tuple[Rule, str], tuple[str, int]] = {}
        self._left = MOST_FAULTS

    def add(self, rule: Rule, where: str) -> None:
        """`where`: a path in the message."""
        kind = rule, re.sub(r"\[\d+\]", "[]", where)
        first, count = self._found.get(kind, (where, 0))
        self._found[kind] = first, count + 1

    def count_fault(self) -> None:
        """Raise `UnreadableError` when there were too many of them."""
        if not self._left:
            raise UnreadableError(ErrorCode.FORMATION_VIOLATION, f"over {MOST_FAULTS} faults")
        self._left -= 1

    @property
    def findings(self) -> list[Finding]:
        """In the order in which they were noticed."""
        return [
            Finding(rule, where if count == 1 else f"{where} and {count - 1} more")
            for (rule, _), (where, count) in self._found.items()
        ]


def type_at(kind: type, steps: list[Step]) -> inspect.Type:
    """What stands at the end of a path."""
    found = _type_of(kind)
    for step in steps:
        found, _ = _within(found, step)
    return found


def until_list_of_objects(kind: type, steps: list[Step]) -> tuple[list[Step], type | None]:
    """The way to the first list of objects on a path, and what its items are; else all of it."""
    found = _type_of(kind)
    for index, step in enumerate(steps):
        found, _ = _within(found, step)
        if isinstance(step, int) and isinstance(found, inspect.StructType):
            return steps[:index], found.cls
    return steps, None


def leave_out(kind: type, document: Any, steps: list[Step]) -> bool:
    """Take away the innermost thing on a path that may be absent; False when there is none."""
    found, innermost = _type_of(kind), None
    for index, step in enumerate(steps):
        found, is_optional = _within(found, step)
        if is_optional:
            innermost = index
    if innermost is None:
        return False
    del at(document, steps[:innermost])[steps[innermost]]
    return True


def at(document: Any, steps: list[Step]) -> Any:
    """What stands at the end of a path."""
    for step in steps:
        document = document[step]
    return document


def _within(outer: inspect.Type, step: Step) -> tuple[inspect.Type, bool]:
    """What stands there, and whether it may be absent, as an item of a list may."""
    if isinstance(outer, inspect.ListType):
        return _given(outer.item_type), True
    if not isinstance(outer, inspect.StructType):
        raise TypeError(f"nothing is within {outer}")
    [field] = [field for field in outer.fields if field.encode_name == step]
    return _given(field.type), not field.required


def _given(declared: inspect.Type) -> inspect.Type:
    """Without its None."""
    if isinstance(declared, inspect.UnionType):
        [declared, *_] = [one for one in declared.types if not isinstance(one, inspect.NoneType)]
    return declared


@cache
def _type_of(kind: type) -> inspect.Type:
    return msgspec.inspect.type_info(kind)


def _steps(path: str) -> list[Step]:
    """``.meterValue[0].timestamp`` as keys and indexes."""
    return [
        int(index) if index else name for name, index in re.findall(r"\.([^.\[`]+)|\[(\d+)\]", path)
    ]
