"""Starting and stopping at stations, by operators."""

import http
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, model_validator

from services.charging.application.remote_control import RemoteControl
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationViews
from services.charging.application.views import SessionSearch, SessionStatus, SessionView, Views
from services.charging.domain.ocpp16.types import RemoteStartStopStatus
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.identifiers import Uid
from services.charging.entrypoints.rest.pages import Number
from services.charging.entrypoints.rest.problem_answers import STATION_FAILED
from services.charging.entrypoints.rest.stations import the_station
from services.charging.entrypoints.rest.tokens import charging_token


class RemoteStartIn(BaseModel, extra="forbid"):
    """For whom, and where; the station chooses when no connector is named."""

    connector_id: Annotated[int, Field(ge=1)] | None = None
    token_uid: Uid


class RemoteStopIn(BaseModel, extra="forbid"):
    """Which session, by either of its ids."""

    session_id: UUID | None = None
    transaction_id: Number | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "RemoteStopIn":
        if (self.session_id is None) == (self.transaction_id is None):
            raise ValueError("either session_id or transaction_id is needed")
        return self


class Answer(BaseModel):
    """What the station said."""

    status: RemoteStartStopStatus


def remote_control_router(
    *, stations: StationViews, views: Views, remote_control: RemoteControl
) -> APIRouter:
    """409: not connected or busy; 502: the station failed; 504: it did not answer."""
    router = APIRouter(tags=["stations"])

    @router.post("/stations/{station_id}/remote-start", responses=STATION_FAILED)
    async def remote_start(
        scope: CallerScope, station_id: str, effect_id: EffectId, wanted: RemoteStartIn
    ) -> Answer:
        station = await the_station(stations, scope, station_id)
        uid = await charging_token(views, scope, wanted.token_uid)
        status = await remote_control.start(effect_id, station, wanted.connector_id, uid)
        return Answer(status=status)

    @router.post("/stations/{station_id}/remote-stop", responses=STATION_FAILED)
    async def remote_stop(
        scope: CallerScope, station_id: str, effect_id: EffectId, wanted: RemoteStopIn
    ) -> Answer:
        station = await the_station(stations, scope, station_id)
        session = await the_session(scope, wanted)
        if session is None or session.station_id != station_id:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no such session at {station_id}")
        if session.status is SessionStatus.ENDED:
            raise HTTPException(http.HTTPStatus.CONFLICT, f"session {session.id} is over")
        return Answer(status=await remote_control.stop(effect_id, station, session))

    async def the_session(scope: Scope, wanted: RemoteStopIn) -> SessionView | None:
        if wanted.session_id is not None:
            return await views.session(scope, wanted.session_id)
        search = SessionSearch(transaction_id=wanted.transaction_id)
        found = await views.sessions(scope, search, before=None, limit=1)
        return found[0] if found else None

    return router
