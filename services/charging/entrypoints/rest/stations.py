"""Stations as they are, and commands to them."""

import http
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, model_validator

from services.charging.application.remote_control import RemoteControl
from services.charging.application.scope import Scope
from services.charging.application.views import (
    Page,
    SessionStatus,
    SessionView,
    StationView,
    Views,
)
from services.charging.domain.ocpp16.types import RemoteStartStopStatus
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import Uid
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Cursor, Limit, page


class RemoteStartIn(BaseModel, extra="forbid"):
    """For whom, and where; the station chooses when no connector is named."""

    connector_id: Annotated[int, Field(ge=1)] | None = None
    token_uid: Uid


class RemoteStopIn(BaseModel, extra="forbid"):
    """Which session, by either of its ids."""

    session_id: UUID | None = None
    transaction_id: int | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "RemoteStopIn":
        if (self.session_id is None) == (self.transaction_id is None):
            raise ValueError("either session_id or transaction_id is needed")
        return self


class Answer(BaseModel):
    """What the station said."""

    status: RemoteStartStopStatus


def stations_router(*, views: Views, remote_control: RemoteControl) -> APIRouter:
    """409: not connected or busy; 502: the station failed; 504: it did not answer."""
    router = APIRouter(tags=["stations"])

    @router.get("/stations")
    async def get_stations(
        scope: CallerScope, cursor: Cursor = "", limit: Limit = DEFAULT_LIMIT
    ) -> Page[StationView]:
        found = await views.stations(scope, after=cursor, limit=limit + 1)
        return page(found, limit, lambda station: station.id)

    @router.get("/stations/{station_id}")
    async def get_station(scope: CallerScope, station_id: str) -> StationView:
        station = await views.station(scope, station_id)
        if station is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no station {station_id}")
        return station

    @router.post("/stations/{station_id}/remote-start")
    async def remote_start(scope: CallerScope, station_id: str, wanted: RemoteStartIn) -> Answer:
        station = await get_station(scope, station_id)
        status = await remote_control.start(station, wanted.connector_id, wanted.token_uid)
        return Answer(status=status)

    @router.post("/stations/{station_id}/remote-stop")
    async def remote_stop(scope: CallerScope, station_id: str, wanted: RemoteStopIn) -> Answer:
        station = await get_station(scope, station_id)
        session = await _session(scope, wanted)
        if session is None or session.station_id != station_id:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no such session at {station_id}")
        if session.status is SessionStatus.ENDED:
            raise HTTPException(http.HTTPStatus.CONFLICT, f"session {session.id} is over")
        return Answer(status=await remote_control.stop(station, session))

    async def _session(scope: Scope, wanted: RemoteStopIn) -> SessionView | None:
        if wanted.session_id is not None:
            return await views.session(scope, wanted.session_id)
        before = (wanted.transaction_id or 0) + 1
        found = await views.sessions(scope, station_id=None, status=None, before=before, limit=1)
        return found[0] if found and found[0].transaction_id == wanted.transaction_id else None

    return router
