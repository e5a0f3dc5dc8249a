import asyncio

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from contracts.tracing.spans import NO_TRACING, ids, note, step, traceparent
from tests.contracts.tracing.told import Told

SAMPLED = "00-4efaaf4d1e8720b39541901950019ee5-53995c3f42cd8ad8-01"
UNSAMPLED = SAMPLED[:-1] + "0"


def told(tracing: Told, parent: str | None = None) -> int:
    with tracing.begin("StopTransaction", SpanKind.SERVER, parent):
        pass
    return len(tracing.spans)


def test_one_in_so_many_is_told_of() -> None:
    assert told(Told(share=0.01, drawn=0.009)) == 1
    assert told(Told(share=0.01, drawn=0.01)) == 0


def test_a_trace_that_is_told_of_elsewhere_goes_on() -> None:
    tracing = Told(share=0.01, drawn=0.99)
    assert told(tracing, SAMPLED) == 1
    parent = tracing.span.parent
    assert parent is not None
    assert (f"{parent.trace_id:x}", f"{parent.span_id:x}") == tuple(SAMPLED.split("-")[1:3])
    assert parent.is_remote


def test_a_trace_that_is_not_told_of_elsewhere_is_not_here() -> None:
    assert told(Told(share=1.0), UNSAMPLED) == 0


@pytest.mark.parametrize("odd", ["", "nonsense", SAMPLED.upper() + "-", SAMPLED[:40], "00-" * 99])
def test_what_is_no_traceparent_begins_a_trace_of_its_own(odd: str) -> None:
    tracing = Told(share=0.5, drawn=0.4)
    assert told(tracing, odd) == 1
    assert tracing.span.parent is None
    assert told(Told(share=0.5, drawn=0.6), odd) == 0


def test_with_no_share_nothing_is_told_whoever_tells() -> None:
    assert told(Told(share=0), SAMPLED) == 0
    with NO_TRACING.begin("StopTransaction", SpanKind.SERVER, SAMPLED) as span:
        assert not span.is_recording()


def test_a_step_is_part_of_what_is_told_of() -> None:
    tracing = Told()
    with tracing.begin("StopTransaction", SpanKind.SERVER, station_id="CP1"):
        note(session_id="7")
        with step("PostgreSQL"):
            note(group_size=3)
    inner, outer = tracing.spans
    assert (inner.name, inner.attributes) == ("PostgreSQL", {"group_size": 3})
    assert outer.attributes == {"station_id": "CP1", "session_id": "7"}
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert not inner.parent.is_remote


def test_where_nothing_is_told_of_there_is_no_step_and_no_id() -> None:
    tracing = Told(share=0.1, drawn=0.5)
    with tracing.begin("MeterValues", SpanKind.SERVER), step("PostgreSQL") as span:
        note(session_id="7")
        assert not span.is_recording()
        assert traceparent() is None
        assert ids() == {}
    assert tracing.spans == []


def test_who_comes_next_and_the_log_name_the_same_span() -> None:
    with Told().begin("StopTransaction", SpanKind.SERVER, SAMPLED):
        version, trace_id, span_id, _ = (traceparent() or "").split("-")
        assert (version, trace_id) == tuple(SAMPLED.split("-")[:2])
        xray_id = "1-4efaaf4d-1e8720b39541901950019ee5"
        assert ids() == {"trace_id": xray_id, "span_id": span_id}


async def test_what_goes_on_after_its_reason_is_over_is_no_part_of_it() -> None:
    tracing = Told()
    over = asyncio.Event()

    async def background() -> str | None:
        await over.wait()
        note(late="yes")
        return traceparent()

    with tracing.begin("GET /sites", SpanKind.SERVER):
        work = asyncio.create_task(background())
    over.set()
    assert await work is None
    assert tracing.span.attributes == {}


def test_of_an_error_only_its_kind_is_told() -> None:
    tracing = Told()
    with (
        pytest.raises(ValueError, match="CARD1"),
        tracing.begin("Authorize", SpanKind.SERVER),
    ):
        raise ValueError("token CARD1")
    span = tracing.span
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes == {"error.type": "ValueError"}
    assert "CARD1" not in span.to_json()
