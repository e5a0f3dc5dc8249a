"""The message log, with search."""

import http
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from services.charging.application.conversation import Direction, MessageKind
from services.charging.application.views import MessageSearch, MessageView, Page, Views
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.moments import Moment
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, NumberCursor, page

LONGEST_SEARCH = timedelta(days=1)
"""For a text in what all stations said, which no index finds."""


def messages_router(*, views: Views) -> APIRouter:
    """Latest first; each appears within a second, and is kept for 14 days."""
    router = APIRouter(tags=["messages"])

    @router.get("/messages")
    async def get_messages(
        scope: CallerScope,
        station_id: str | None = None,
        action: str | None = None,
        message_id: str | None = None,
        direction: Direction | None = None,
        kind: MessageKind | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        contains: Annotated[str | None, Query(min_length=3, max_length=100)] = None,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[MessageView]:
        if contains is not None and station_id is None and _takes_long(since, until):
            raise HTTPException(
                http.HTTPStatus.UNPROCESSABLE_ENTITY,
                "contains: name the station_id as well, or a day at most by since and until",
            )
        search = MessageSearch(
            station_id=station_id,
            action=action,
            message_id=message_id,
            direction=direction,
            kind=kind,
            since=since,
            until=until,
            contains=contains,
        )
        found = await views.messages(scope, search, before=cursor, limit=limit + 1)
        return page(found, limit, lambda message: message.id)

    return router


def _takes_long(since: datetime | None, until: datetime | None) -> bool:
    return since is None or (until or datetime.now(UTC)) - since > LONGEST_SEARCH
