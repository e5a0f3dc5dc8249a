"""Sessions, stops that wait for theirs, and the quarantine, read only."""

import http
from uuid import UUID

from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime

from services.charging.application.views import (
    Page,
    QuarantineView,
    SessionSearch,
    SessionStatus,
    SessionView,
    Views,
    WaitingStopView,
)
from services.charging.domain.tokens import token_uid as uid_of
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, NumberCursor, page


def sessions_router(*, views: Views) -> APIRouter:
    """Latest first."""
    router = APIRouter(tags=["sessions"])

    @router.get("/sessions")
    async def get_sessions(
        scope: CallerScope,
        station_id: str | None = None,
        site_id: str | None = None,
        token_uid: str | None = None,
        driver_id: str | None = None,
        status: SessionStatus | None = None,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[SessionView]:
        search = SessionSearch(
            station_id=station_id,
            site_id=site_id,
            token_uid=token_uid and uid_of(token_uid),
            driver_id=driver_id,
            status=status,
            since=since,
            until=until,
        )
        found = await views.sessions(scope, search, before=cursor, limit=limit + 1)
        return page(found, limit, lambda session: session.transaction_id)

    @router.get("/sessions/{session_id}")
    async def get_session(scope: CallerScope, session_id: UUID) -> SessionView:
        session = await views.session(scope, session_id)
        if session is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no session {session_id}")
        return session

    @router.get("/waiting-stops")
    async def get_waiting_stops(
        scope: CallerScope,
        station_id: str | None = None,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[WaitingStopView]:
        """Stops of unknown transactions: which session they end is not certain yet."""
        found = await views.waiting_stops(
            scope, station_id=station_id, before=cursor, limit=limit + 1
        )
        return page(found, limit, lambda stop: stop.id)

    @router.get("/quarantine")
    async def get_quarantine(
        scope: CallerScope,
        station_id: str | None = None,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[QuarantineView]:
        found = await views.quarantine(scope, station_id=station_id, before=cursor, limit=limit + 1)
        return page(found, limit, lambda record: record.id)

    return router
