"""Spans: what a program did for something, and how long it took.

Of what begins a trace, one in so many is told of; what belongs to a trace that somebody else tells
of always is. The rest costs a quarter of a microsecond, as OpenTelemetry never hears of it: a span
that its own sampler leaves out costs eight, a tenth of what a meter value costs.

No span tells of a token, a driver or a secret: people read traces who may not see these.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import NamedTuple

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    NoOpTracer,
    Span,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

TRACEPARENT = "traceparent"
_W3C = TraceContextTextMapPropagator()
_NOTHING = Context()


class _Told(NamedTuple):
    tracer: Tracer
    span: Span


# Not OpenTelemetry's own context: to ask that one costs ten times as much, for every message.
_told: ContextVar[_Told | None] = ContextVar("_told", default=None)
_UNTOLD: AbstractContextManager[Span] = nullcontext(INVALID_SPAN)


class Tracing:
    """Where traces begin or go on."""

    def __init__(
        self, tracer: Tracer, share: float, chance: Callable[[], float] = random.random
    ) -> None:
        """`share`: how much of what begins a trace is told of; 0: nothing is, whoever tells."""
        self._tracer = tracer
        self._share = share
        self._chance = chance

    def begin(
        self,
        name: str,
        kind: SpanKind,
        traceparent: str | None = None,
        **attributes: AttributeValue,
    ) -> AbstractContextManager[Span]:
        """A span that goes on with a trace, or begins one if it is to be told of.

        A `traceparent` that cannot be read is none.
        """
        if not self._share:
            return _UNTOLD
        before, told = _NOTHING, None
        if traceparent is not None:
            before = _W3C.extract({TRACEPARENT: traceparent}, _NOTHING)
            parent = get_current_span(before).get_span_context()
            told = parent.trace_flags.sampled if parent.is_valid else None
        if told is None:
            told = self._chance() < self._share
        return _telling(self._tracer, name, kind, before, attributes) if told else _UNTOLD


NO_TRACING = Tracing(NoOpTracer(), 0)


def step(name: str, kind: SpanKind = SpanKind.CLIENT) -> AbstractContextManager[Span]:
    """A part of what is told of here, if anything is."""
    told = _here()
    if told is None:
        return _UNTOLD
    return _telling(told.tracer, name, kind, set_span_in_context(told.span, _NOTHING), {})


def note(**attributes: AttributeValue) -> None:
    """Say more of what is told of here, if anything is."""
    if (told := _here()) is not None:
        told.span.set_attributes(attributes)


def traceparent() -> str | None:
    """With which whoever comes next goes on; None: nothing is told of here."""
    told = _here()
    if told is None:
        return None
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, set_span_in_context(told.span, _NOTHING))
    return carrier[TRACEPARENT]


def ids() -> dict[str, str]:
    """For a line of the log: ``trace_id``, as X-Ray writes it, and ``span_id``; or nothing."""
    told = _here()
    if told is None:
        return {}
    context = told.span.get_span_context()
    return {"trace_id": xray_id(context.trace_id), "span_id": f"{context.span_id:016x}"}


def xray_id(trace_id: int) -> str:
    """A trace's id in X-Ray's form."""
    digits = f"{trace_id:032x}"
    return f"1-{digits[:8]}-{digits[8:]}"


def _here() -> _Told | None:
    told = _told.get()
    # What was begun here may go on when its reason is over: that is no part of it any more.
    return told if told is not None and told.span.is_recording() else None


@contextmanager
def _telling(
    tracer: Tracer,
    name: str,
    kind: SpanKind,
    context: Context,
    attributes: Mapping[str, AttributeValue],
) -> Iterator[Span]:
    span = tracer.start_span(name, context, kind, attributes)
    token = _told.set(_Told(tracer, span))
    try:
        yield span
    except Exception as error:
        # Its name alone: what it says may be what a station or a person said.
        if span.is_recording():
            span.set_status(StatusCode.ERROR)
            span.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        _told.reset(token)
        if span.is_recording():  # Whoever was asked may have ended it.
            span.end()
