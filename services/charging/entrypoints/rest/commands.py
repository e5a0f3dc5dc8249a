"""Commands to stations as tasks, and what stations tell of how they go."""

import http
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from contracts.routes import CHARGING_API
from services.charging.application.commands import Commands
from services.charging.application.views import CommandView, NotificationView, Page, Views
from services.charging.domain.ocpp16.change_configuration import ChangeConfiguration
from services.charging.domain.ocpp16.commands import REQUESTS
from services.charging.domain.ocpp16.types import Message
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, NumberCursor, page

_KEY_OF_STATION = "authorizationkey"
"""The configuration key that holds the password of its basic authentication."""


class CommandIn(BaseModel, extra="forbid"):
    """An action of OCPP 1.6 and its payload, in the words of the standard."""

    action: str
    request: dict[str, Any] = {}

    def message(self) -> Message:
        """The request as its own type; 422 names what is wrong, and where."""
        kind = REQUESTS.get(self.action)
        if kind is None:
            known = ", ".join(sorted(REQUESTS))
            raise _wrong(f"action: {self.action[:50]!r} is none of {known}")
        try:
            message = msgspec.convert(self.request, kind)
        except msgspec.ValidationError as error:
            raise _wrong(f"request: {error}") from error
        if isinstance(message, ChangeConfiguration) and message.key.lower() == _KEY_OF_STATION:
            raise _wrong("request: a station's key is a secret, and commands are kept as they are")
        # A misspelt optional field must not be a command without it.
        fields = {field.encode_name for field in msgspec.structs.fields(kind)}
        if unknown := sorted(set(self.request) - fields):
            raise _wrong(f"request: {', '.join(unknown)[:200]} is not known to {self.action}")
        return message


def commands_router(*, views: Views, commands: Commands) -> APIRouter:
    """A command is taken at once; its state says what becomes of it."""
    router = APIRouter(tags=["commands"])

    @router.post("/stations/{station_id}/commands", status_code=http.HTTPStatus.ACCEPTED)
    async def post_command(
        scope: CallerScope, station_id: str, wanted: CommandIn, response: Response
    ) -> CommandView:
        message = wanted.message()
        if await views.station(scope, station_id) is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no station {station_id}")
        command = await commands.issue(station_id, wanted.action, msgspec.json.encode(message))
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


def _wrong(detail: str) -> HTTPException:
    return HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, detail)
