"""What the versions of OCPP-J do not have in common, 2.1 included."""

import pytest

from services.charging.domain.ocpp_j.connection import (
    CallReceived,
    Connection,
    FrameQuarantined,
)
from services.charging.domain.ocpp_j.frames import (
    OCPP_J_1_6,
    OCPP_J_2_0_1,
    OCPP_J_2_1,
    CallError,
    CallResultError,
    ErrorCode,
    Framing,
    MalformedFrameError,
    Send,
    read,
    write,
)

SEND = '[6,"7","NotifyPeriodicEventStream",{}]'
RESULT_ERROR = '[5,"7","GenericError","what?",{}]'


def connection(framing: Framing) -> Connection:
    return Connection(
        clock=lambda: 0.0,
        answer_within=30,
        waiting_calls=1,
        waiting_bytes=100_000,
        message_ids=iter(["7"]),
        framing=framing,
    )


def test_codes_are_spelt_as_each_version_spells_them() -> None:
    refusal = CallError("7", ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION, "")
    unreadable = CallError("-1", ErrorCode.FORMATION_VIOLATION, "")
    assert "OccurenceConstraintViolation" in write(refusal, OCPP_J_1_6)
    assert "OccurrenceConstraintViolation" in write(refusal, OCPP_J_2_0_1)
    assert "FormationViolation" in write(unreadable, OCPP_J_1_6)
    assert "RpcFrameworkError" in write(unreadable, OCPP_J_2_0_1)


@pytest.mark.parametrize("frame", [SEND, RESULT_ERROR])
def test_message_types_of_2_1_are_unknown_before_it(frame: str) -> None:
    for framing in (OCPP_J_1_6, OCPP_J_2_0_1):
        with pytest.raises(MalformedFrameError) as malformed:
            read(frame, framing)
        assert malformed.value.answer is None
    assert write(read(frame, OCPP_J_2_1), OCPP_J_2_1) == frame


def test_a_send_is_handled_in_its_turn_and_never_answered() -> None:
    station = connection(OCPP_J_2_1)
    station.receive(SEND)
    station.receive('[2,"8","Heartbeat",{}]')
    assert station.take_events() == [CallReceived(Send("7", "NotifyPeriodicEventStream", b"{}"))]
    station.reply(b"{}")
    [heartbeat] = station.take_events()
    assert isinstance(heartbeat, CallReceived)
    station.receive(SEND)
    station.receive(SEND)  # one may wait
    assert [type(event) for event in station.take_events()] == [FrameQuarantined]
    station.reply(b"{}")
    station.refuse(ErrorCode.NOT_IMPLEMENTED, "not known")
    assert [text for _, text in station.take_frames()] == ['[3,"8",{}]']


def test_a_broken_send_is_told_to_nobody() -> None:
    station = connection(OCPP_J_2_1)
    station.receive('[6,"7"]')
    assert station.take_frames() == []
    assert [type(event) for event in station.take_events()] == [FrameQuarantined]


def test_an_answer_that_the_station_cannot_use_is_kept() -> None:
    assert read(RESULT_ERROR, OCPP_J_2_1) == CallResultError("7", "GenericError", "what?")
    station = connection(OCPP_J_2_1)
    station.receive(RESULT_ERROR)
    reason = "the station cannot use our answer: GenericError what?"
    assert station.take_events() == [FrameQuarantined(reason, RESULT_ERROR)]
    assert station.take_frames() == []
