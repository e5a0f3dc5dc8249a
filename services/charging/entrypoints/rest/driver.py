"""What drivers do: find a station, and charge."""

import http
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from services.charging.application.remote_control import RemoteControl
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationSearch, StationView, StationViews
from services.charging.application.views import (
    Page,
    SessionStatus,
    TokenView,
    Views,
)
from services.charging.domain.stations import PlugStandard
from services.charging.domain.tokens import TokenStatus
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.identifiers import Identifier, Uid
from services.charging.entrypoints.rest.pages import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    page,
)
from services.charging.entrypoints.rest.places import Place
from services.charging.entrypoints.rest.problem_answers import STATION_FAILED
from services.charging.entrypoints.rest.remote_control import Answer
from services.charging.entrypoints.rest.sessions import the_session
from services.charging.entrypoints.rest.stations import station_cursor, the_station
from services.charging.entrypoints.rest.tokens import charging_token


class StartIn(BaseModel, extra="forbid"):
    """Where; with which of the driver's tokens when there are several."""

    station_id: Identifier
    connector_id: Annotated[int, Field(ge=1)] | None = None
    token_uid: Uid | None = None


def driver_router(
    *, stations: StationViews, views: Views, remote_control: RemoteControl
) -> APIRouter:
    """The company's stations but the homes of colleagues, and charging there.

    409: not connected or busy; 502: the station failed; 504: it did not answer.
    """
    router = APIRouter(prefix="/driver", tags=["driver"])

    @router.get("/stations")
    async def find_stations(
        scope: CallerScope,
        place: Place,
        standard: PlugStandard | None = None,
        status: str | None = None,
        cursor: Cursor = "",
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[StationView]:
        search = StationSearch(place=place, status=status, standard=standard)
        found = await stations.stations(scope, search, after=cursor, limit=limit + 1)
        return page(found, limit, station_cursor)

    @router.get("/stations/{station_id}")
    async def get_driver_station(scope: CallerScope, station_id: str) -> StationView:
        return await the_station(stations, scope, station_id)

    @router.get("/tokens")
    async def get_driver_tokens(
        scope: CallerScope, cursor: Cursor = "", limit: Limit = DEFAULT_LIMIT
    ) -> Page[TokenView]:
        found = await views.tokens(
            scope, driver_id=None, status=None, after=cursor, limit=limit + 1
        )
        return page(found, limit, lambda token: token.uid)

    @router.post("/sessions", responses=STATION_FAILED)
    async def start(scope: CallerScope, effect_id: EffectId, wanted: StartIn) -> Answer:
        """The session begins, and can be seen, when the station says so."""
        station = await get_driver_station(scope, wanted.station_id)
        uid = await own_token(scope, wanted.token_uid)
        status = await remote_control.start(effect_id, station, wanted.connector_id, uid)
        return Answer(status=status)

    @router.post("/sessions/{session_id}/stop", responses=STATION_FAILED)
    async def stop(scope: CallerScope, effect_id: EffectId, session_id: UUID) -> Answer:
        session = await the_session(views, scope, session_id)
        if session.status is SessionStatus.ENDED:
            raise HTTPException(http.HTTPStatus.CONFLICT, f"session {session_id} is over")
        station = await get_driver_station(scope, session.station_id)
        return Answer(status=await remote_control.stop(effect_id, station, session))

    async def own_token(scope: Scope, wanted: str | None) -> str:
        if wanted is not None:
            return await charging_token(views, scope, wanted)
        found = await views.tokens(
            scope, driver_id=None, status=TokenStatus.ACCEPTED, after="", limit=2
        )
        if len(found) != 1:
            which = "token_uid: which of your tokens?" if found else "you have no token to charge"
            raise HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, which)
        return found[0].uid

    return router
