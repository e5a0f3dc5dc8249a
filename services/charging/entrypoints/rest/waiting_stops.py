"""Stops of unknown transactions, and whose they are; stops that were lost."""

import http
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field

from contracts.routes import CHARGING_API
from services.charging.application.ports import Clock
from services.charging.application.scope import Scope
from services.charging.application.stop_assignment import (
    StopAssignments,
    WaitingStopView,
    WaitingStopViews,
)
from services.charging.application.views import Page, SessionView, Views
from services.charging.domain.metering import FIRST_OCPP, MOST_WH
from services.charging.domain.sessions import Start, Stop
from services.charging.domain.stop_assignment import Assignment
from services.charging.domain.tokens import ANONYMOUS, token_uid
from services.charging.entrypoints.rest.callers import CallerScope, OperatorSubject
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.identifiers import Uid
from services.charging.entrypoints.rest.moments import Moment
from services.charging.entrypoints.rest.pages import (
    DEFAULT_LIMIT,
    Limit,
    Number,
    NumberCursor,
    page,
)
from services.charging.entrypoints.rest.preconditions import (
    PRECONDITIONS,
    IfMatch,
    changed_meanwhile,
    etag,
    expected_version,
)
from services.charging.entrypoints.rest.sessions import the_session


class AssignmentIn(BaseModel, extra="forbid"):
    """The session that the stop ends: one of its station that goes on."""

    session_id: UUID


class OwnSessionIn(BaseModel, extra="forbid"):
    """How the session of the stop began, of which the station never told."""

    connector_id: Annotated[int, Field(ge=1, le=100)]
    started_at: Annotated[Moment, Field(ge=FIRST_OCPP)]
    meter_start_wh: Annotated[int, Field(ge=0, lt=MOST_WH)]
    token_uid: Uid | None = None
    """Who charged; by default the token of the stop."""


class LostStopIn(BaseModel, extra="forbid"):
    """The end of a session of which its station never told."""

    ended_at: Annotated[Moment, Field(ge=FIRST_OCPP)]
    meter_stop_wh: Annotated[int, Field(ge=0, lt=MOST_WH)]


def waiting_stops_router(
    *, stops: WaitingStopViews, assignments: StopAssignments, views: Views, clock: Clock
) -> APIRouter:
    """404: no such stop of the caller's company. 412: it has its session already."""
    router = APIRouter(tags=["waiting stops"])

    @router.get("/waiting-stops")
    async def get_waiting_stops(
        scope: CallerScope,
        station_id: str | None = None,
        waiting: Annotated[bool, Query(description="false: those that have their session")] = True,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[WaitingStopView]:
        """Latest first."""
        found = await stops.waiting_stops(
            scope, station_id=station_id, waiting=waiting, before=cursor, limit=limit + 1
        )
        return page(found, limit, lambda stop: stop.id)

    @router.get("/waiting-stops/{stop_id}")
    async def get_waiting_stop(
        scope: CallerScope, stop_id: Number, response: Response
    ) -> WaitingStopView:
        stop = await stops.waiting_stop(scope, stop_id)
        if stop is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no stop {stop_id}")
        response.headers["ETag"] = etag(stop.version)
        return stop

    @router.post("/waiting-stops/{stop_id}/assign", responses=PRECONDITIONS)
    async def assign(
        scope: CallerScope,
        operator: OperatorSubject,
        stop_id: Number,
        given: AssignmentIn,
        response: Response,
        if_match: IfMatch = None,
    ) -> WaitingStopView:
        """The stop ends a session that goes on; 422 says why it cannot."""
        session = await the_session(views, scope, given.session_id)
        return await end(
            scope,
            stop_id,
            if_match,
            response,
            session_id=session.id,
            transaction=session.ocpp_transaction_id,
            by=operator,
        )

    @router.post(
        "/waiting-stops/{stop_id}/close",
        status_code=http.HTTPStatus.CREATED,
        responses=PRECONDITIONS,
    )
    async def close(
        scope: CallerScope,
        operator: OperatorSubject,
        effect_id: EffectId,
        stop_id: Number,
        given: OwnSessionIn,
        response: Response,
        if_match: IfMatch = None,
    ) -> WaitingStopView:
        """The stop gets a session of its own, over at once; 422 says why it cannot."""
        stop = await get_waiting_stop(scope, stop_id, response)
        uid = given.token_uid and token_uid(given.token_uid)
        if uid and await views.token(scope, uid) is None:
            raise HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, f"no token {uid}")
        start = Start(
            station_id=stop.station_id,
            connector_id=given.connector_id,
            token_uid=uid or stop.token_uid or ANONYMOUS,
            said_at=given.started_at,
            received_at=clock(),
            meter_start_wh=given.meter_start_wh,
        )
        ended = await end(
            scope, stop_id, if_match, response, session_id=effect_id, start=start, by=operator
        )
        response.headers["Location"] = f"{CHARGING_API}/sessions/{ended.session_id}"
        return ended

    @router.post("/sessions/{session_id}/end")
    async def end_session(
        scope: CallerScope, operator: OperatorSubject, session_id: UUID, given: LostStopIn
    ) -> SessionView:
        """End a session whose stop was lost; 422 says why it cannot be.

        A stop of it that comes after all changes nothing: it is quarantined where it differs.
        """
        session = await the_session(views, scope, session_id)
        ended_at, now = given.ended_at, clock()
        if ended_at > now:
            raise HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, "ended_at: is to come")
        # Whoever asks again, as nobody knew what came of it, finds it done.
        if (session.ended_at, session.meter_stop_wh) != (ended_at, given.meter_stop_wh):
            stop = Stop(
                station_id=session.station_id,
                transaction_id=session.transaction_id,
                token_uid=None,
                said_at=ended_at,
                received_at=now,
                meter_stop_wh=given.meter_stop_wh,
                reason="Other",
            )
            said = Assignment(
                stop=stop,
                session_id=session_id,
                transaction=session.ocpp_transaction_id,
                by=operator,
                is_entered=True,
            )
            await assignments.assign(said)
        return await the_session(views, scope, session_id)

    async def end(
        scope: Scope,
        stop_id: Number,
        if_match: str | None,
        response: Response,
        *,
        session_id: UUID,
        start: Start | None = None,
        transaction: str | None = None,
        by: str,
    ) -> WaitingStopView:
        shown = await get_waiting_stop(scope, stop_id, response)
        # Whoever asks again, as nobody knew what came of it, finds it done.
        if shown.session_id == session_id:
            return shown
        if expected_version(if_match) not in (None, shown.version):
            raise changed_meanwhile()
        stop = await stops.stop(scope, stop_id)
        if stop is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no stop {stop_id}")
        await assignments.assign(
            Assignment(
                stop=stop,
                session_id=session_id,
                start=start,
                transaction=transaction or stop.station_transaction_id,
                by=by,
            )
        )
        return await get_waiting_stop(scope, stop_id, response)

    return router
