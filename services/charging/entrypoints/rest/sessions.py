"""Sessions, read only: the company's for operators, their own for drivers."""

import http
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query

from services.charging.application.scope import Scope
from services.charging.application.views import (
    MeterValueView,
    Page,
    SessionSearch,
    SessionStatus,
    SessionView,
    Views,
)
from services.charging.domain.tokens import token_uid as uid_of
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.moments import Moment
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, NumberCursor, page


def sessions_router(*, views: Views, prefix: str = "") -> APIRouter:
    """Latest first; `prefix` tells the routes of operators and drivers apart."""
    router = APIRouter(prefix=prefix, tags=["sessions"])

    @router.get("/sessions")
    async def get_sessions(
        scope: CallerScope,
        station_id: str | None = None,
        site_id: str | None = None,
        token_uid: str | None = None,
        driver_id: str | None = None,
        status: SessionStatus | None = None,
        ad_hoc: bool | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[SessionView]:
        search = SessionSearch(
            station_id=station_id,
            site_id=site_id,
            token_uid=token_uid and uid_of(token_uid),
            driver_id=driver_id,
            status=status,
            ad_hoc=ad_hoc,
            since=since,
            until=until,
        )
        found = await views.sessions(scope, search, before=cursor, limit=limit + 1)
        return page(found, limit, lambda session: session.transaction_id)

    @router.get("/sessions/{session_id}")
    async def get_session(scope: CallerScope, session_id: UUID) -> SessionView:
        return await the_session(views, scope, session_id)

    @router.get("/sessions/{session_id}/meter-values")
    async def get_meter_values(
        scope: CallerScope,
        session_id: UUID,
        cursor: Annotated[str, Query(pattern=r"^(\d{1,12}\.\d{6}/-?\d{1,19})?$")] = "",
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[MeterValueView]:
        """What its curve is drawn from, in the order of time."""
        await the_session(views, scope, session_id)
        found = await views.meter_values(scope, session_id, after=cursor, limit=limit + 1)
        return page(found, limit, lambda value: value.id)

    return router


async def the_session(views: Views, scope: Scope, session_id: UUID) -> SessionView:
    """One that the caller sees; 404 when there is none."""
    session = await views.session(scope, session_id)
    if session is None:
        raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no session {session_id}")
    return session
