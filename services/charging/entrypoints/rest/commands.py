"""Commands to stations as tasks, and what stations tell of how they go."""

import http
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from contracts.routes import CHARGING_API
from services.charging.application.command_request import command_request
from services.charging.application.commands import Commands
from services.charging.application.named_tokens import check_tokens
from services.charging.application.station_views import StationViews
from services.charging.application.views import CommandView, NotificationView, Page, Views
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, NumberCursor, page
from services.charging.entrypoints.rest.stations import the_station

HoldSeconds = Annotated[int, Field(ge=0, le=7 * 24 * 3600)]
"""How long a command waits for a station that is not connected."""


class CommandIn(BaseModel, extra="forbid"):
    """An action and its payload, in the words of the version of OCPP that the station speaks.

    One that waits for its station is told in any version that knows it in these words.
    """

    action: str
    request: dict[str, Any] = {}
    hold_seconds: HoldSeconds = 0


def commands_router(*, stations: StationViews, views: Views, commands: Commands) -> APIRouter:
    """A command is taken at once; its state says what becomes of it. 422: what is wrong where."""
    router = APIRouter(tags=["commands"])

    @router.post("/stations/{station_id}/commands", status_code=http.HTTPStatus.ACCEPTED)
    async def post_command(
        scope: CallerScope,
        station_id: str,
        effect_id: EffectId,
        wanted: CommandIn,
        response: Response,
    ) -> CommandView:
        station = await the_station(stations, scope, station_id)
        version, payload = command_request(
            station.ocpp_version, wanted.action, wanted.request, last=station.last_ocpp_version
        )
        await check_tokens(views, scope, version, wanted.action, payload)
        command = await commands.issue(
            effect_id, station_id, version, wanted.action, payload, hold_seconds=wanted.hold_seconds
        )
        response.headers["Location"] = f"{CHARGING_API}/commands/{command.id}"
        return await get_command(scope, command.id)

    @router.get("/commands/{command_id}")
    async def get_command(scope: CallerScope, command_id: UUID) -> CommandView:
        command = await views.command(scope, command_id)
        if command is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no command {command_id}")
        return command

    @router.get("/stations/{station_id}/commands")
    async def get_commands(
        scope: CallerScope,
        station_id: str,
        cursor: UUID | None = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[CommandView]:
        found = await views.commands(scope, station_id=station_id, before=cursor, limit=limit + 1)
        return page(found, limit, lambda command: command.id)

    @router.get("/stations/{station_id}/notifications")
    async def get_notifications(
        scope: CallerScope,
        station_id: str,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[NotificationView]:
        found = await views.notifications(
            scope, station_id=station_id, before=cursor, limit=limit + 1
        )
        return page(found, limit, lambda notification: notification.id)

    return router
