"""Live updates by server-sent events (WHATWG HTML, section 9.2)."""

import http
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import StreamingResponse

from services.charging.application.changes import Change, Changes, Place
from services.charging.application.scope import Scope
from services.charging.entrypoints.rest.callers import CallerScope

HEARTBEAT_EVERY = 15.0
"""Seconds; less than any load balancer waits."""
LONGEST = 900.0
"""Seconds of one stream: who may not see any more is not to hear for long. Clients come back."""

_LastEventId = Annotated[str | None, Header(description="`id` of the last event: go on after it")]
_STREAM: dict[int | str, dict[str, Any]] = {
    http.HTTPStatus.OK.value: {
        "description": "Events `station`, `connector`, `session` and `reservation`; `reset`: begin "
        "anew, as some are not kept any more",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


def changes_router(*, changes: Changes, prefix: str = "") -> APIRouter:
    """Each event's data is how something stands since; a comment every 15 seconds."""
    router = APIRouter(prefix=prefix, tags=["events"])

    @router.get(
        "/events",
        responses=_STREAM,
        response_class=StreamingResponse,
        name=f"get{prefix.replace('/', '_')}_events",
    )
    async def get_events(
        scope: CallerScope, last_event_id: _LastEventId = None
    ) -> StreamingResponse:
        try:
            place, is_missing = await changes.start_of(last_event_id)
        except ValueError:
            raise HTTPException(
                http.HTTPStatus.UNPROCESSABLE_ENTITY, "Last-Event-ID: is no id of an event"
            ) from None
        stream = _events(changes, scope, place, is_missing=is_missing)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    return router


async def _events(
    changes: Changes, scope: Scope, place: Place, *, is_missing: bool
) -> AsyncIterator[str]:
    ends_at = time.monotonic() + LONGEST
    yield "retry: 1000\n\n"
    if is_missing:
        yield f"id: {place}\nevent: reset\ndata: {{}}\n\n"
    async for change in changes.follow(scope, place, quiet=HEARTBEAT_EVERY):
        yield ": nothing new\n\n" if change is None else _event(change)
        if time.monotonic() > ends_at:
            return


def _event(change: Change) -> str:
    data = {"station_id": change.station_id, "at": change.at, **change.data}
    text = msgspec.json.encode(data).decode()
    return f"id: {change.place}\nevent: {change.kind}\ndata: {text}\n\n"
