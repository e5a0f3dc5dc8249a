"""What is counted of the stations' messages at one node, and how all nodes stand together."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from services.charging.application.conversation import Direction, Message, MessageKind

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


@dataclass(frozen=True, slots=True)
class Standing:
    """How the company stands, the same at each node."""

    open_transactions: int
    oldest_unanswered_seconds: float
    """Since the oldest command was sent that has no answer yet; 0 when there is none."""
    quarantined: int
    """Records since the reader was last asked."""


class Standings(Protocol):
    """Where it can be read."""

    async def read(self) -> Standing:
        """Raises `UnavailableError`."""


@dataclass(slots=True)
class _Tally:
    count: int = 0
    seconds: "array[float]" = field(default_factory=lambda: array("d"))


class Metrics:
    """Counts what it is told."""

    def __init__(self, actions: Collection[str]) -> None:
        """`actions`: that stations may ask for; any other is `UNKNOWN`, however it is called."""
        self._actions = frozenset(actions)
        self._clear()

    def _clear(self) -> None:
        self._tallies: defaultdict[AnswerKind, _Tally] = defaultdict(_Tally)
        self._malformed = 0

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

    def _action(self, message: Message) -> str:
        if message.action is None:
            return UNKNOWN
        ours = message.direction is Direction.IN
        return message.action if ours or message.action in self._actions else UNKNOWN

    def take(self) -> Counted:
        """What was counted; the next begins at nothing."""
        answers = {
            kind: Answers(tally.count, sorted(tally.seconds))
            for kind, tally in self._tallies.items()
        }
        counted = Counted(answers, self._malformed)
        self._clear()
        return counted
