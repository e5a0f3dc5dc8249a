"""One span for each request of a REST API (ASGI)."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from opentelemetry.trace import Span, SpanKind, StatusCode

from contracts.routes import HEALTH, METRICS
from contracts.tracing.spans import TRACEPARENT, Tracing, traceparent

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_OURS = (HEALTH, METRICS)
"""Asked all the time, by machines, about nothing."""
_FAULT, _ERROR = 500, 400


class TracedRequests:
    """Goes on with the caller's trace, and names its own in the header ``traceresponse``."""

    def __init__(self, app: App, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http" or scope["path"] in _OURS:
            await self._app(scope, receive, send)
            return
        with self._tracing.begin(scope["method"], SpanKind.SERVER, _traceparent(scope)) as span:
            if not span.is_recording():
                await self._app(scope, receive, send)
                return
            own = (traceparent() or "").encode()

            async def traced(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _answered(span, scope, message["status"])
                    message["headers"] = [*message.get("headers", ()), (b"traceresponse", own)]
                await send(message)

            try:
                await self._app(scope, receive, traced)
            finally:
                if span.is_recording():
                    _name(span, scope)


def _answered(span: Span, scope: Scope, status: int) -> None:
    """It ends as its answer begins: a stream of changes goes on for hours."""
    _name(span, scope)
    span.set_attribute("http.response.status_code", status)
    if status >= _ERROR:
        span.set_attribute("error.type", str(status))
    if status >= _FAULT:
        span.set_status(StatusCode.ERROR)
    span.end()


def _name(span: Span, scope: Scope) -> None:
    path = _template(scope)
    span.update_name(f"{scope['method']} {path}")
    span.set_attribute("http.request.method", scope["method"])
    span.set_attribute("url.path", path)


def _template(scope: Scope) -> str:
    """An id in a path makes no name of its own, nor does a path that nobody serves."""
    template: str | None = getattr(scope.get("route"), "path", None)
    if template is None:
        return "unknown"
    # A route knows its path within its router; what is before it has no ids.
    before = scope["path"].split("/")[: -template.count("/")]
    return "/".join(before) + template


def _traceparent(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == TRACEPARENT.encode():
            text: str = value.decode("latin-1")
            return text
    return None
