"""One station's connection: which call is in hand, which waits, which answer is due.

OCPP-J 1.6, section 4.1.1: a side sends no call while an earlier one of its own is unanswered.
We keep to that; a station that does not is served in order, up to a bound. Answers to our calls are
taken while a call of the station is in hand, so a handler may itself call the station.

The caller feeds `receive`, `reply`, `refuse`, `call` and `expire`, and afterwards takes what there
is to send and what happened. No I/O, no threads, no clock but the one given.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.charging.domain.ocpp_j.frames import (
    OCPP_J_1_6,
    Call,
    CallError,
    CallResult,
    CallResultError,
    ErrorCode,
    Frame,
    Framing,
    MalformedFrameError,
    Send,
    Written,
    read,
    write,
)

Seconds = float


@dataclass(frozen=True, slots=True)
class CallReceived:
    """The station's next call is in hand, until it is replied to or refused."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The station answered our call; None when it did not in time."""

    message_id: str
    answer: CallResult | CallError | None


@dataclass(frozen=True, slots=True)
class FrameQuarantined:
    """What was received could not be used; `received` is kept exactly."""

    reason: str
    received: str | bytes


Event = CallReceived | CallAnswered | FrameQuarantined


class BusyError(Exception):
    """Too many calls wait for this station already."""


class Connection:
    """The protocol state of one socket."""

    def __init__(
        self,
        *,
        clock: Callable[[], Seconds],
        answer_within: Seconds,
        waiting_calls: int,
        waiting_bytes: int,
        message_ids: Iterator[str],
        framing: Framing = OCPP_J_1_6,
    ) -> None:
        """`waiting_calls` bounds, each way, the calls behind the one in hand, `waiting_bytes` what
        of the station's waits in all.

        `message_ids`: of our calls; none may come twice on any socket of the station (OCPP-J 2.0.1,
        section 4.1.4).
        """
        self._clock = clock
        self._answer_within = answer_within
        self._waiting_calls = waiting_calls
        self._waiting_bytes = waiting_bytes
        self._framing = framing
        self._in_hand: Call | None = None
        self._received: deque[Call] = deque()
        self._outstanding: str | None = None
        self._deadline: Seconds | None = None
        self._to_call: deque[Call] = deque()
        self._message_ids = message_ids
        self._frames: list[Written] = []
        self._events: list[Event] = []

    def receive(self, text: str | bytes) -> Frame | None:
        """Take one WebSocket message from the station; its frame, when it is one."""
        try:
            frame = read(text, self._framing)
        except MalformedFrameError as error:
            self._events.append(FrameQuarantined(str(error), text))
            if error.answer is not None:
                self._send(error.answer)
            return None
        if isinstance(frame, Call):
            self._take(frame)
        elif isinstance(frame, CallResultError):
            reason = f"the station cannot use our answer: {frame.code} {frame.description}"
            self._events.append(FrameQuarantined(reason.rstrip(), text))
        elif frame.message_id == self._outstanding:
            self._answered(frame)
        else:
            self._events.append(FrameQuarantined("answers no outstanding call", text))
        return frame

    def reply(self, payload: bytes) -> None:
        """Answer the call in hand, and take up the next."""
        finished = self._finish()
        if not isinstance(finished, Send):
            self._send(CallResult(finished.message_id, payload))

    def refuse(self, code: ErrorCode, description: str) -> None:
        """Refuse the call in hand, and take up the next."""
        finished = self._finish()
        if not isinstance(finished, Send):
            self._send(CallError(finished.message_id, code, description))

    def call(self, action: str, payload: bytes) -> str:
        """Call the station as soon as it has answered earlier calls; the new call's message id.

        Raises `BusyError`.
        """
        if len(self._to_call) >= self._waiting_calls:
            raise BusyError(f"{len(self._to_call)} calls wait for the station")
        call = Call(next(self._message_ids), action, payload)
        self._to_call.append(call)
        self._call_next()
        return call.message_id

    @property
    def deadline(self) -> Seconds | None:
        """When `expire` is due, by the given clock."""
        return self._deadline

    def expire(self) -> None:
        """Give up the outstanding call if its time is over."""
        if self._deadline is not None and self._clock() >= self._deadline:
            self._answered(None)

    def take_frames(self) -> list[Written]:
        """What there is to send, in order."""
        frames, self._frames = self._frames, []
        return frames

    def take_events(self) -> list[Event]:
        """What happened, in order."""
        events, self._events = self._events, []
        return events

    def _take(self, call: Call) -> None:
        if self._in_hand is None:
            self._in_hand = call
            self._events.append(CallReceived(call))
        elif self._has_room_for(call):
            self._received.append(call)
        elif isinstance(call, Send):
            self._events.append(FrameQuarantined("too many calls wait already", call.payload))
        else:
            refusal = "earlier calls are not answered yet (OCPP-J 1.6, section 4.1.1)"
            self._send(CallError(call.message_id, ErrorCode.GENERIC_ERROR, refusal))

    def _has_room_for(self, call: Call) -> bool:
        waiting = sum(len(one.payload) for one in self._received)
        return (
            len(self._received) < self._waiting_calls
            and waiting + len(call.payload) <= self._waiting_bytes
        )

    def _finish(self) -> Call:
        if self._in_hand is None:
            raise RuntimeError("no call is in hand")
        finished, self._in_hand = self._in_hand, None
        if self._received:
            self._take(self._received.popleft())
        return finished

    def _answered(self, answer: CallResult | CallError | None) -> None:
        if self._outstanding is not None:
            self._events.append(CallAnswered(self._outstanding, answer))
        self._outstanding = self._deadline = None
        self._call_next()

    def _call_next(self) -> None:
        if self._outstanding is None and self._to_call:
            call = self._to_call.popleft()
            self._outstanding = call.message_id
            self._deadline = self._clock() + self._answer_within
            self._send(call)

    def _send(self, frame: Frame) -> None:
        self._frames.append(Written(frame, write(frame, self._framing)))
