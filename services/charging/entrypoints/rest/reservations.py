"""Reservations of connectors for tokens."""

import http
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.routes import CHARGING_API
from services.charging.application.ports import Clock, NotConnectedError
from services.charging.application.remote_control import RemoteControl
from services.charging.application.reservations import (
    ReservationBook,
    ReservationSearch,
    ReservationView,
)
from services.charging.application.station_views import StationViews
from services.charging.application.views import Page, Views
from services.charging.domain.reservations import ReservationState
from services.charging.domain.tokens import token_uid as uid_of
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.identifiers import Identifier, Uid
from services.charging.entrypoints.rest.moments import Moment
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, NumberCursor, page
from services.charging.entrypoints.rest.problem_answers import STATION_FAILED
from services.charging.entrypoints.rest.stations import the_station
from services.charging.entrypoints.rest.tokens import charging_token


class ReservationIn(BaseModel, extra="forbid"):
    """What is to wait for whom, until when; without a connector, any of the station's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "station_id": "CP1",
                    "connector_id": 1,
                    "token_uid": "04AABBCC",
                    "expires_at": "2026-03-01T07:00:00Z",
                }
            ]
        }
    )

    station_id: Identifier
    connector_id: Annotated[int, Field(ge=1, le=100)] | None = None
    """In OCPP 2.0.1 the EVSE's."""
    token_uid: Uid
    expires_at: Moment


def reservations_router(
    *,
    stations: StationViews,
    views: Views,
    book: ReservationBook,
    remote_control: RemoteControl,
    clock: Clock,
) -> APIRouter:
    """409: not connected or busy; 502: the station failed; 504: it did not answer."""
    router = APIRouter(tags=["reservations"])

    @router.post("/reservations", status_code=http.HTTPStatus.CREATED, responses=STATION_FAILED)
    async def post_reservation(
        scope: CallerScope, effect_id: EffectId, wanted: ReservationIn, response: Response
    ) -> ReservationView:
        """Whether the station accepted it says `state`."""
        if wanted.expires_at <= clock():
            raise HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, "expires_at: is over")
        station = await the_station(stations, scope, wanted.station_id)
        uid = await charging_token(views, scope, wanted.token_uid)
        if station.ocpp_version is None:
            raise NotConnectedError(f"station {station.id} is not connected")
        if not await book.open(
            scope, effect_id, station.id, wanted.connector_id or 0, uid, wanted.expires_at
        ):
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no station {station.id}")
        asked = await get_reservation(scope, effect_id)
        await remote_control.reserve(effect_id, station, asked)
        response.headers["Location"] = f"{CHARGING_API}/reservations/{effect_id}"
        return await get_reservation(scope, effect_id)

    @router.get("/reservations")
    async def get_reservations(
        scope: CallerScope,
        station_id: str | None = None,
        token_uid: str | None = None,
        state: ReservationState | None = None,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[ReservationView]:
        search = ReservationSearch(
            station_id=station_id, token_uid=token_uid and uid_of(token_uid), state=state
        )
        found = await book.reservations(scope, search, before=cursor, limit=limit + 1)
        return page(found, limit, lambda reservation: reservation.number)

    @router.get("/reservations/{reservation_id}")
    async def get_reservation(scope: CallerScope, reservation_id: UUID) -> ReservationView:
        found = await book.reservation(scope, reservation_id)
        if found is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no reservation {reservation_id}")
        return found

    @router.delete(
        "/reservations/{reservation_id}",
        status_code=http.HTTPStatus.NO_CONTENT,
        responses=STATION_FAILED,
    )
    async def delete_reservation(scope: CallerScope, reservation_id: UUID) -> None:
        """The station is told to wait no longer; 409 too when the reservation is over already."""
        reservation = await get_reservation(scope, reservation_id)
        if reservation.state.is_over:
            over = f"reservation {reservation_id} is {reservation.state}"
            raise HTTPException(http.HTTPStatus.CONFLICT, over)
        station = await the_station(stations, scope, reservation.station_id)
        await remote_control.cancel_reservation(uuid4(), station, reservation.number)

    return router
