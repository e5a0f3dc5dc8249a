import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.charging.domain.ocpp_j.connection import (
    BusyError,
    CallAnswered,
    CallReceived,
    Connection,
    Event,
    FrameQuarantined,
)
from services.charging.domain.ocpp_j.frames import Call, CallError, CallResult, ErrorCode


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def numbers() -> Iterator[str]:
    return map(str, itertools.count(1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connection(clock: Clock) -> Connection:
    return Connection(
        clock=clock, answer_within=30, waiting_calls=2, waiting_bytes=1000, message_ids=numbers()
    )


def sent(connection: Connection) -> list[Any]:
    return [json.loads(text) for _, text in connection.take_frames()]


def in_hand(connection: Connection) -> list[str]:
    events: list[Event] = connection.take_events()
    return [event.call.message_id for event in events if isinstance(event, CallReceived)]


def test_what_waits_is_bounded_in_bytes_too(connection: Connection) -> None:
    large = '[2,"{}","DataTransfer",{{"vendorId":"x","data":"' + "x" * 600 + '"}}]'
    for message_id in "abc":
        connection.receive(large.format(message_id))
    assert in_hand(connection) == ["a"]
    [[kind, message_id, code, *_]] = sent(connection)
    assert (kind, message_id, code) == (4, "c", "GenericError")
    connection.reply(b"{}")
    assert in_hand(connection) == ["b"]


def test_one_call_is_in_hand_the_others_wait(connection: Connection) -> None:
    for message_id in "abc":
        connection.receive(f'[2,"{message_id}","Heartbeat",{{}}]')
    assert in_hand(connection) == ["a"]
    connection.reply(b"{}")
    assert in_hand(connection) == ["b"]
    connection.refuse(ErrorCode.INTERNAL_ERROR, "later")
    assert in_hand(connection) == ["c"]
    assert sent(connection) == [[3, "a", {}], [4, "b", "InternalError", "later", {}]]


def test_too_many_waiting_calls_are_refused(connection: Connection) -> None:
    for message_id in "abcd":
        connection.receive(f'[2,"{message_id}","Heartbeat",{{}}]')
    [refusal] = sent(connection)
    assert refusal[:3] == [4, "d", "GenericError"]


def test_a_handler_may_call_the_station(connection: Connection) -> None:
    connection.receive('[2,"a","BootNotification",{}]')
    message_id = connection.call("TriggerMessage", b"{}")
    connection.receive(f'[3,"{message_id}",{{"status":"Accepted"}}]')
    connection.reply(b"{}")
    assert connection.take_events() == [
        CallReceived(Call("a", "BootNotification", b"{}")),
        CallAnswered(message_id, CallResult(message_id, b'{"status":"Accepted"}')),
    ]


def test_our_calls_go_one_at_a_time(connection: Connection) -> None:
    first, second = connection.call("Reset", b"{}"), connection.call("Reset", b"{}")
    assert [frame[1] for frame in sent(connection)] == [first]
    connection.receive(f'[4,"{first}","NotSupported","",{{}}]')
    assert [frame[1] for frame in sent(connection)] == [second]
    assert connection.take_events() == [CallAnswered(first, CallError(first, "NotSupported", ""))]


def test_a_station_that_never_answers(connection: Connection, clock: Clock) -> None:
    first, second = connection.call("Reset", b"{}"), connection.call("Reset", b"{}")
    clock.now = 29.9
    connection.expire()
    assert connection.take_events() == []
    clock.now = 30.0
    connection.expire()
    assert connection.take_events() == [CallAnswered(first, None)]
    assert connection.deadline == 60.0
    late = f'[3,"{first}",{{}}]'
    connection.receive(late)
    assert connection.take_events() == [FrameQuarantined("answers no outstanding call", late)]
    connection.receive(f'[3,"{second}",{{}}]')
    assert connection.deadline is None


def test_our_calls_are_bounded(connection: Connection) -> None:
    for _ in range(3):
        connection.call("Reset", b"{}")
    with pytest.raises(BusyError):
        connection.call("Reset", b"{}")


class AnyConversation(RuleBasedStateMachine):
    """Whatever both sides do: every call gets one answer, and one call at a time is in hand."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.connection = Connection(
            clock=self.clock,
            answer_within=30,
            waiting_calls=3,
            waiting_bytes=100_000,
            message_ids=numbers(),
        )
        self.received: list[str] = []
        self.answered: list[str] = []
        self.called: list[str] = []
        self.concluded: list[str] = []
        self.on_the_wire: list[str] = []
        self.busy: str | None = None

    @rule()
    def station_calls(self) -> None:
        self.received.append(f"s{len(self.received)}")
        self.connection.receive(f'[2,"{self.received[-1]}","Heartbeat",{{}}]')

    @precondition(lambda self: self.busy)
    @rule(refused=st.booleans())
    def handler_answers(self, refused: bool) -> None:
        self.busy = None
        if refused:
            self.connection.refuse(ErrorCode.INTERNAL_ERROR, "")
        else:
            self.connection.reply(b"{}")

    @rule()
    def we_call(self) -> None:
        try:
            self.called.append(self.connection.call("Reset", b"{}"))
        except BusyError:
            assert len(self.called) - len(self.concluded) > 3

    @precondition(lambda self: self.on_the_wire)
    @rule()
    def station_answers(self) -> None:
        self.connection.receive(f'[3,"{self.on_the_wire[-1]}",{{}}]')

    @rule(text=st.text(max_size=20))
    def station_babbles(self, text: str) -> None:
        self.connection.receive(text)

    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds: int) -> None:
        self.clock.now += seconds
        self.connection.expire()

    @invariant()
    def every_call_has_at_most_one_answer(self) -> None:
        for event in self.connection.take_events():
            if isinstance(event, CallReceived):
                assert self.busy is None
                self.busy = event.call.message_id
            elif isinstance(event, CallAnswered):
                self.concluded.append(event.message_id)
        for frame in sent(self.connection):
            if frame[0] == 2:
                self.on_the_wire.append(frame[1])
            elif frame[1] != "-1":
                self.answered.append(frame[1])
        assert len(set(self.answered)) == len(self.answered)
        assert set(self.answered) <= set(self.received)
        waiting = len(self.received) - len(self.answered)
        assert waiting <= 4
        assert (self.busy is not None) == (waiting > 0)
        assert self.concluded == self.called[: len(self.concluded)]
        assert len(self.on_the_wire) - len(self.concluded) == (
            1 if len(self.called) > len(self.concluded) else 0
        )


TestAnyConversation = AnyConversation.TestCase
TestAnyConversation.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
