"""What is counted of the stations' messages at one node, and how all nodes stand together."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from services.charging.application.conversation import Direction, Message, MessageKind

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds; times since the start are kept as how many were at most each of these."""
UNKNOWN = "Unknown"
"""The action of a call that is none of the standard's, and of an answer to no call."""


class AnswerKind(NamedTuple):
    """What answers are counted by: few, whatever stations say."""

    direction: Direction
    """``out``: a station was answered; ``in``: a station answered."""
    action: str
    result: MessageKind
    """Result or error."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Those of one kind."""

    count: int
    seconds: Sequence[float]
    """Between call and answer, of each whose call is known, in ascending order."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was said since it was last taken."""

    answers: Mapping[AnswerKind, Answers]
    malformed: int
    not_admitted: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How the company stands, the same at each node."""

    open_transactions: int
    oldest_unanswered_seconds: float
    """Since the oldest command was sent that has no answer yet; 0 when there is none."""
    oldest_outbox_seconds: float
    """Since the oldest event was committed that the queue has not; 0 when there is none."""
    quarantined: int
    """Records since the reader was last asked."""
    left_out: int
    """Records of today that the quarantine has only counted."""
    certificates_ending: int
    """Of stations, within 30 days or in the last 30, without one that follows."""


class Standings(Protocol):
    """Where it can be read."""

    async def read(self) -> Standing:
        """Raises `UnavailableError`."""


@dataclass(slots=True)
class Total:
    """Answers of one kind since the node started."""

    count: int = 0
    seconds: float = 0.0
    """Of all whose call is known, together."""
    within: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """How many took longer than one of `BOUNDS` and at most the next; the last has no next."""

    def add(self, count: int, seconds: Iterable[float]) -> None:
        """Count more of them."""
        self.count += count
        for each in seconds:
            self.seconds += each
            self.within[bisect_left(BOUNDS, each)] += 1


@dataclass(frozen=True, slots=True)
class SinceStart:
    """What was said since the node started."""

    answers: Mapping[AnswerKind, Total]
    malformed: int
    not_admitted: int


@dataclass(slots=True)
class _Tally:
    count: int = 0
    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    counted: int = 0
    timed: int = 0
    """How much of both is in the totals already."""


class Metrics:
    """Counts what it is told."""

    def __init__(self, actions: Collection[str]) -> None:
        """`actions`: that stations may ask for; any other is `UNKNOWN`, however it is called."""
        self._actions = frozenset(actions)
        self._totals: defaultdict[AnswerKind, Total] = defaultdict(Total)
        self._malformed_before = self._not_admitted_before = 0
        self._clear()

    def _clear(self) -> None:
        self._tallies: defaultdict[AnswerKind, _Tally] = defaultdict(_Tally)
        self._malformed = self._not_admitted = 0

    def add(self, message: Message) -> None:
        """A frame came, or was sent."""
        if message.kind is MessageKind.CALL:
            return
        if message.kind is MessageKind.MALFORMED:
            self._malformed += 1
            return
        tally = self._tallies[AnswerKind(message.direction, self._action(message), message.kind)]
        tally.count += 1
        if message.seconds is not None:
            tally.seconds.append(message.seconds)

    def not_admitted(self) -> None:
        """A station was not let in."""
        self._not_admitted += 1

    def _action(self, message: Message) -> str:
        if message.action is None:
            return UNKNOWN
        ours = message.direction is Direction.IN
        return message.action if ours or message.action in self._actions else UNKNOWN

    def take(self) -> Counted:
        """What was counted; the next begins at nothing."""
        self._sum_up()
        answers = {
            kind: Answers(tally.count, sorted(tally.seconds))
            for kind, tally in self._tallies.items()
        }
        counted = Counted(answers, self._malformed, self._not_admitted)
        self._malformed_before += self._malformed
        self._not_admitted_before += self._not_admitted
        self._clear()
        return counted

    def since_start(self) -> SinceStart:
        """All that was counted, whoever took what of it."""
        self._sum_up()
        return SinceStart(
            self._totals,
            self._malformed_before + self._malformed,
            self._not_admitted_before + self._not_admitted,
        )

    def _sum_up(self) -> None:
        """Only when somebody asks: a message costs no more for it."""
        for kind, tally in self._tallies.items():
            self._totals[kind].add(tally.count - tally.counted, tally.seconds[tally.timed :])
            tally.counted, tally.timed = tally.count, len(tally.seconds)
