"""Identifiers that satisfy a schema's pattern, the same each time for the same resource.

A reference to a made-up identifier is checked against the pattern of the property that it stands
in, so it has to look like a real one: ``ou-1k5s09yq2c4x-8d0vh2m6tz7b`` for an organisational unit.
"""

import hashlib
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import _constants as kinds  # type: ignore[attr-defined]  # typeshed leaves it out
from re import _parser as parser  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any

import regex

Schema = dict[str, Any]
_READABLE = frozenset(string.ascii_lowercase + string.digits)
_PRINTABLE = frozenset(string.ascii_letters + string.digits + string.punctuation)
_LENGTH = 12
"""Of a part that may have any length: 62 bits, so that no two resources get the same."""


def identifier(schema: Schema, candidate: str, *, account: str, region: str) -> str:
    """`candidate` if the schema of the attribute allows it, or else a value that it allows.

    What no value is found for stays the candidate: a pattern may be Java's, or look ahead.
    """
    if _allowed(schema, candidate):
        return candidate
    length = min(_LENGTH, schema.get("maxLength", _LENGTH))
    try:
        tree = parser.parse(schema.get("pattern", "[a-z0-9]+"))
    except re.error:
        return candidate
    for whole in (False, True):
        made = "".join(_Text(_choices(candidate), length, whole).of(tree))
        for one in (_placed(made, account, region), made):
            if _allowed(schema, one):
                return one
    return candidate


def _placed(arn: str, account: str, region: str) -> str:
    """An ARN with a region is of here."""
    parts = arn.split(":")
    if parts[0] == "arn" and len(parts) > 5 and parts[3]:
        parts[3:5] = [region, account]
    return ":".join(parts)


def _allowed(schema: Schema, value: str) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    try:
        return regex.search(schema.get("pattern", ""), value) is not None
    except regex.error:
        return True


def _choices(seed: str) -> Callable[[frozenset[str]], str]:
    """Picks one of a set of characters, another one each time."""

    def digits() -> Iterator[int]:
        block = seed.encode()
        while True:
            block = hashlib.sha256(block).digest()
            yield from block

    source = digits()

    def choose(characters: frozenset[str]) -> str:
        among = sorted(characters & _READABLE or characters)
        return among[next(source) % len(among)]

    return choose


@dataclass(frozen=True)
class _Text:
    """A text that a parsed pattern matches."""

    choose: Callable[[frozenset[str]], str]
    length: int
    """Of a part that may have any."""
    whole: bool
    """With what may be left out, too."""

    def of(self, tree: Any) -> Iterator[str]:
        for kind, value in tree:
            if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
                least, most, repeated = value
                free = repeated[0][0] in (kinds.IN, kinds.ANY) and (least > 0 or self.whole)
                for _ in range(min(max(least, self.length), most) if free else least):
                    yield from self.of(repeated)
            elif kind is kinds.SUBPATTERN:
                yield from self.of(value[-1])
            elif kind is kinds.BRANCH:
                yield from self.of(value[1][0])
            elif kind is kinds.LITERAL:
                yield chr(value)
            elif kind in (kinds.IN, kinds.ANY, kinds.NOT_LITERAL):
                yield self.choose(_characters([(kind, value)]))


def _characters(items: Any) -> frozenset[str]:
    found: set[str] = set()
    for kind, value in items:
        if kind is kinds.IN:
            negated = value[0][0] is kinds.NEGATE
            inside = _characters(value[1:] if negated else value)
            found |= _PRINTABLE - inside if negated else inside
        elif kind is kinds.LITERAL:
            found.add(chr(value))
        elif kind is kinds.RANGE:
            found |= {chr(code) for code in range(value[0], value[1] + 1)}
        elif kind is kinds.CATEGORY:
            found |= _CATEGORIES[value]
        elif kind is kinds.NOT_LITERAL:
            found |= _PRINTABLE - {chr(value)}
        else:
            found |= _PRINTABLE
    return frozenset(found)


_WORD = frozenset(string.ascii_letters + string.digits + "_")
_CATEGORIES = {
    kinds.CATEGORY_DIGIT: frozenset(string.digits),
    kinds.CATEGORY_NOT_DIGIT: _PRINTABLE - frozenset(string.digits),
    kinds.CATEGORY_WORD: _WORD,
    kinds.CATEGORY_NOT_WORD: _PRINTABLE - _WORD,
    kinds.CATEGORY_SPACE: frozenset(" "),
    kinds.CATEGORY_NOT_SPACE: _PRINTABLE,
}
