"""Local authorisation lists: the tokens that a station knows by itself (OCPP 1.6, section 3.5.2;
OCPP 2.0.1, block D).

A list that is longer than a message may be is told by several: one full update, then differences,
each by a version of its own, and the next when the station has taken the one before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.charging.domain.tokens import TokenStatus

CAREFUL_ENTRIES = 20
"""In one message to a station that did not tell how many it takes."""
ENVELOPE_BYTES = 200
"""Of a message, around its entries."""
MOST_RESTARTS = 2
"""A station that refuses its list in the middle once more has the last word."""
OVERWRITTEN = "Overwritten"
"""The station has taken another list since, by a command."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A token on a list."""

    uid: str
    status: TokenStatus
    group_uid: str | None = None


Entry = Listed | str
"""Of an update; a mere uid leaves the list."""
Bytes = Callable[[Entry], int]
"""Of an entry in a message, in the words of a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLimits:
    """What a station takes; None: it did not tell."""

    entries: int | None = None
    """Of one message."""
    bytes: int | None = None
    """Of one message."""
    tokens: int | None = None
    """On the list."""
    storage_bytes: int | None = None
    """For the list."""


@dataclass(frozen=True, slots=True)
class ListUpdate:
    """What a station hears of its new list in one message."""

    version: int
    is_full: bool
    """It begins the list anew; otherwise it changes what the station holds."""
    entries: Sequence[Entry]


class TooLongError(Exception):
    """The station has no room for the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The newest list of a station, and how far it has been told."""

    version: int
    """The station's when it has taken all of it."""
    tokens: Sequence[Listed]
    updates: Sequence[ListUpdate] = ()
    taken: int = 0
    """How many of the updates the station has taken."""
    restarts: int = 0
    answer: str | None = None
    """The station's last word; None: it is not over."""
    unfit: str | None = None
    """Why the station cannot hold it."""

    @property
    def asked(self) -> ListUpdate | None:
        """What the station is asked to take now."""
        is_over = self.answer is not None or self.taken == len(self.updates)
        return None if is_over else self.updates[self.taken]

    def heard(
        self, version: int, status: str, *, is_full: bool, limits: ListLimits, size: Bytes
    ) -> "Telling":
        """After the station's answer to an update, which may be a command's."""
        asked = self.asked
        if asked is None or (asked.version, asked.is_full) != (version, is_full):
            # What an update begins anew is no matter.
            if status != "Accepted" or (asked is not None and asked.is_full):
                return self
            if asked is not None and self.restarts < MOST_RESTARTS:
                return self._again(limits, size)
            is_known = asked is not None or self.answer == "Accepted"
            return replace(self, answer=OVERWRITTEN) if is_known else self
        if status == "Accepted":
            taken = self.taken + 1
            is_all = taken == len(self.updates)
            return replace(self, taken=taken, answer=status if is_all else None)
        if (
            status in ("Failed", "VersionMismatch")
            and not is_full
            and self.restarts < MOST_RESTARTS
        ):
            return self._again(limits, size)
        return replace(self, answer=status)

    def _again(self, limits: ListLimits, size: Bytes) -> "Telling":
        begun = replace(self, updates=(), taken=0, restarts=self.restarts + 1)
        try:
            whole = _messages(self.tokens, limits, size)
        except TooLongError as error:
            return replace(begun, unfit=str(error))
        version = max(self.version, len(whole))
        return replace(begun, version=version, updates=_numbered(whole, version, is_full=True))


NO_LIST = Telling(version=0, tokens=())
"""Of a station that was never given one; what it holds is not known."""


def telling(tokens: Sequence[Listed], before: Telling, limits: ListLimits, size: Bytes) -> Telling:
    """The difference, where it is known which list the station holds and where it takes no more
    messages than all of the new list; else that.
    """
    try:
        _check_room(tokens, limits)
        whole = _messages(tokens, limits, size)
        messages, is_full = whole, True
        if before.answer == "Accepted":
            difference = _messages(_difference(tokens, before.tokens), limits, size)
            if len(difference) <= len(whole):
                messages, is_full = difference, False
    except TooLongError as error:
        return Telling(version=before.version + 1, tokens=tokens, unfit=str(error))
    # With room below for the whole list, should the difference be refused.
    version = max(before.version + len(messages), len(whole))
    updates = _numbered(messages, version, is_full=is_full)
    return Telling(version=version, tokens=tokens, updates=updates)


def _difference(tokens: Sequence[Listed], held: Sequence[Listed]) -> list[Entry]:
    """What goes is said first: it makes room."""
    before, remaining = {one.uid: one for one in held}, {one.uid for one in tokens}
    gone = [uid for uid in before if uid not in remaining]
    return [*gone, *(one for one in tokens if before.get(one.uid) != one)]


def _check_room(tokens: Sequence[Listed], limits: ListLimits) -> None:
    if limits.tokens is not None and len(tokens) > limits.tokens:
        raise TooLongError(f"{len(tokens)} tokens, of which the station holds {limits.tokens}")
    # By the least that it can take; how a station keeps them nobody knows.
    least = sum(len(one.uid) for one in tokens)
    if limits.storage_bytes is not None and least > limits.storage_bytes:
        raise TooLongError(
            f"tokens of {least} characters, where the station has {limits.storage_bytes} bytes"
        )


def _messages(entries: Sequence[Entry], limits: ListLimits, size: Bytes) -> list[list[Entry]]:
    """In their order, as many in each as it may have; one message for none."""
    most = limits.entries or CAREFUL_ENTRIES
    if limits.bytes is None:
        return [list(entries[at : at + most]) for at in range(0, len(entries), most)] or [[]]
    return list(_by_bytes(entries, most, limits.bytes, size)) or [[]]


def _by_bytes(
    entries: Sequence[Entry], most: int, most_bytes: int, size: Bytes
) -> Iterator[list[Entry]]:
    message: list[Entry] = []
    room = most_bytes - ENVELOPE_BYTES
    for entry in entries:
        needed = size(entry)
        if needed > most_bytes - ENVELOPE_BYTES:
            uid = entry if isinstance(entry, str) else entry.uid
            raise TooLongError(f"{uid} does not fit into a message of {most_bytes} bytes")
        if needed > room or len(message) == most:
            yield message
            message, room = [], most_bytes - ENVELOPE_BYTES
        message.append(entry)
        room -= needed
    if message:
        yield message


def _numbered(
    messages: Sequence[Sequence[Entry]], last: int, *, is_full: bool
) -> Sequence[ListUpdate]:
    first = last - len(messages) + 1
    return [
        ListUpdate(number, is_full and number == first, entries)
        for number, entries in enumerate(messages, first)
    ]
