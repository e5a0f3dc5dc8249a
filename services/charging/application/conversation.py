"""What is said on a station's socket, as whoever looks on sees it: the message log, the figures."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.charging.application.ports import Clock
from services.charging.domain.ocpp_j import frames
from services.charging.domain.ocpp_j.frames import Call, CallError, CallResult

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


@dataclass(frozen=True, slots=True)
class Message:
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
        self._open: dict[Direction, dict[str, tuple[str, float]]] = {
            Direction.IN: {},
            Direction.OUT: {},
        }

    def said(self, direction: Direction, text: str | bytes) -> None:
        """A frame came, or was sent."""
        kind, message_id, error_code = MessageKind.MALFORMED, None, None
        action: str | None = None
        seconds: float | None = None
        try:
            frame = frames.read(text)
        except frames.MalformedFrameError:
            pass
        else:
            message_id = frame.message_id
            match frame:
                case Call():
                    kind, action = MessageKind.CALL, frame.action
                    self._remember(direction, message_id, action)
                case CallResult():
                    kind = MessageKind.RESULT
                    action, seconds = self._answered(direction, message_id)
                case CallError():
                    kind, error_code = MessageKind.ERROR, frame.code
                    action, seconds = self._answered(direction, message_id)
        shown = text if isinstance(text, str) else text.decode(errors="backslashreplace")
        at = self._clock()
        self._tell(
            Message(
                self._station_id,
                at,
                direction,
                kind,
                message_id,
                action,
                error_code,
                seconds,
                shown,
            )
        )

    def _remember(self, direction: Direction, message_id: str, action: str) -> None:
        calls = self._open[direction]
        if len(calls) == MOST_OPEN:
            del calls[next(iter(calls))]
        calls[message_id] = (action, time.monotonic())

    def _answered(self, direction: Direction, message_id: str) -> tuple[str | None, float | None]:
        asked = Direction.OUT if direction is Direction.IN else Direction.IN
        call = self._open[asked].pop(message_id, None)
        return (None, None) if call is None else (call[0], time.monotonic() - call[1])
