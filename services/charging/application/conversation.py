"""What is said on a station's socket, as whoever looks on sees it: the message log, the figures."""

import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.charging.application.ports import Clock
from services.charging.domain.ocpp_j.frames import Call, CallError, CallResult, Frame

MOST_OPEN = 64
"""Calls of one side that are remembered until their answer; a station's others are forgotten."""


class Direction(StrEnum):
    """Seen from here."""

    IN = "in"
    OUT = "out"


class MessageKind(StrEnum):
    """What a frame is."""

    CALL = "call"
    RESULT = "result"
    ERROR = "error"
    MALFORMED = "malformed"


class Message(NamedTuple):
    """One frame."""

    station_id: str
    at: datetime
    direction: Direction
    kind: MessageKind
    message_id: str | None
    action: str | None
    """Of the call, or of the call that is answered."""
    error_code: str | None
    seconds: float | None
    """Between an answer and its call."""
    text: str


Onlooker = Callable[[Message], None]
"""Must not wait, nor raise."""


class Conversation:
    """One socket's frames, each answer with its call."""

    def __init__(self, station_id: str, tell: Onlooker, clock: Clock) -> None:
        self._station_id = station_id
        self._tell = tell
        self._clock = clock
        self._heard: dict[str, tuple[str, float]] = {}
        self._asked: dict[str, tuple[str, float]] = {}
        """Calls without an answer, the station's and ours: action and time by message id."""

    def said(self, direction: Direction, frame: Frame | None, text: str | bytes) -> None:
        """A message came, or was sent; None: it is no frame."""
        kind, action, error_code, seconds = MessageKind.MALFORMED, None, None, None
        ours = direction is Direction.OUT
        match frame:
            case Call():
                kind, action = MessageKind.CALL, frame.action
                _remember(self._asked if ours else self._heard, frame.message_id, action)
            case CallResult():
                kind = MessageKind.RESULT
                action, seconds = _answered(self._heard if ours else self._asked, frame.message_id)
            case CallError():
                kind, error_code = MessageKind.ERROR, frame.code
                action, seconds = _answered(self._heard if ours else self._asked, frame.message_id)
        self._tell(
            Message(
                self._station_id,
                self._clock(),
                direction,
                kind,
                None if frame is None else frame.message_id,
                action,
                error_code,
                seconds,
                text if isinstance(text, str) else text.decode(errors="backslashreplace"),
            )
        )


def _remember(calls: dict[str, tuple[str, float]], message_id: str, action: str) -> None:
    if len(calls) == MOST_OPEN:
        del calls[next(iter(calls))]
    calls[message_id] = (action, time.monotonic())


def _answered(
    calls: dict[str, tuple[str, float]], message_id: str
) -> tuple[str | None, float | None]:
    call = calls.pop(message_id, None)
    return (None, None) if call is None else (call[0], time.monotonic() - call[1])
