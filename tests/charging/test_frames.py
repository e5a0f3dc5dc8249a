import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.ocpp_j.frames import (
    Call,
    CallError,
    CallResult,
    ErrorCode,
    Frame,
    MalformedFrameError,
    read,
    write,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
payloads = st.dictionaries(texts, st.integers() | texts | st.none(), max_size=3).map(
    lambda payload: json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
)
frames = (
    st.builds(Call, texts, texts, payloads)
    | st.builds(CallResult, texts, payloads)
    | st.builds(CallError, texts, st.sampled_from(ErrorCode).map(str), texts)
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=3),
)


@given(frames)
def test_what_is_written_is_read_back(frame: Frame) -> None:
    assert read(write(frame)) == frame


@given(anything.map(json.dumps) | st.text() | st.binary())
def test_any_text_is_a_frame_or_is_refused(text: str | bytes) -> None:
    answer: Frame | None
    try:
        answer = read(text)
    except MalformedFrameError as error:
        answer = error.answer
    assert answer is None or read(write(answer)) == answer


@given(st.integers(min_value=5) | st.integers(max_value=1))
def test_unknown_message_types_are_ignored(kind: int) -> None:
    with pytest.raises(MalformedFrameError) as malformed:
        read(f'[{kind},"1",{{}}]')
    assert malformed.value.answer is None


def test_payload_is_kept_exactly() -> None:
    frame = read('[2, "1", "MeterValues", { "connectorId" :1.0 }]')
    assert frame == Call("1", "MeterValues", b'{ "connectorId" :1.0 }')


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('\ufeff[2,"1","Heartbeat",{}]', Call("1", "Heartbeat", b"{}")),
        ('[2,"1","Heartbeat",{}]\0', Call("1", "Heartbeat", b"{}")),
        ('[2,"1","Heartbeat"]', Call("1", "Heartbeat", b"{}")),
        ('[2,"1","Heartbeat",null]', Call("1", "Heartbeat", b"{}")),
        ('[2,"1","Heartbeat",[]]', Call("1", "Heartbeat", b"{}")),
        ('[2,"1","Heartbeat",""]', Call("1", "Heartbeat", b"{}")),
        ('[3,"1",null]', CallResult("1", b"{}")),
        ('[3,"1",[]]', CallResult("1", b"{}")),
        ('[3,"1",{"status":"Accepted"},{}]', CallResult("1", b'{"status":"Accepted"}')),
        ('[4,"1","NotSupported"]', CallError("1", "NotSupported", "")),
        ('[4,"1"]', CallError("1", "GenericError", "")),
    ],
)
def test_what_stations_add_or_leave_out(text: str, frame: Frame) -> None:
    assert read(text) == frame


@pytest.mark.parametrize("text", ["[" * 100_000, '[2,"1","X",' + '{"a":' * 100_000])
def test_depth_is_no_danger(text: str) -> None:
    with pytest.raises(MalformedFrameError) as malformed:
        read(text)
    assert malformed.value.answer is not None
    assert malformed.value.answer.code == "FormationViolation"


@pytest.mark.parametrize("text", ['[3,"1"]', "[3]", "[4]", "[3,1,{}]"])
def test_a_broken_answer_is_not_answered(text: str) -> None:
    with pytest.raises(MalformedFrameError) as malformed:
        read(text)
    assert malformed.value.answer is None
