"""The configuration of stations, in one shape for both versions of OCPP."""

import hashlib
import http
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, HTTPException, Response
from pydantic import BaseModel, Field

from contracts.routes import CHARGING_API
from services.charging.application.command_request import command_request
from services.charging.application.commands import Commands
from services.charging.application.configuration import (
    Configurations,
    Setting,
    change_of,
    spoken_by,
)
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationView, StationViews
from services.charging.application.views import CommandView, Views
from services.charging.domain.configuration import UNKNOWN, setting_key
from services.charging.domain.device_model import Place
from services.charging.domain.masking import is_secret_setting
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp_j.version import Version
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.commands import HoldSeconds
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.identifiers import PathIdentifier
from services.charging.entrypoints.rest.preconditions import PRECONDITIONS, IfMatch, named_by
from services.charging.entrypoints.rest.stations import the_station

IfNoneMatch = Annotated[str | None, Header(description="An `ETag`: 304 when it still holds")]


class SettingOut(BaseModel):
    """A setting as the station told it last; a secret has no value."""

    key: str
    value: str | None
    readonly: bool | None
    """None: the station did not tell."""
    secret: bool
    told_at: datetime


class ConfigurationOut(BaseModel):
    """What a station is set to."""

    station_id: str
    ocpp_version: str
    settings: list[SettingOut]
    unknown_keys: list[str]
    """That the station was asked for, or told, and does not know."""


class SettingIn(BaseModel, extra="forbid"):
    """A new value."""

    value: Annotated[str, Field(max_length=2500)]
    hold_seconds: HoldSeconds = 0


def configuration_router(
    *, configurations: Configurations, stations: StationViews, views: Views, commands: Commands
) -> APIRouter:
    """404: no such station of the caller's company, or no such setting of a station of 2.0.1."""
    router = APIRouter(tags=["configuration"])

    async def read(
        scope: Scope, station_id: str
    ) -> tuple[StationView, Version, ConfigurationOut, dict[str, Place]]:
        station = await the_station(stations, scope, station_id)
        spoken = spoken_by(station)
        told = await configurations.settings(scope, [station_id], spoken)
        settings = told.get(station_id, ())
        places = {setting_key(one.place).lower(): one.place for one in settings}
        return station, spoken, _configuration(station_id, spoken, settings), places

    @router.get(
        "/stations/{station_id}/configuration",
        responses={http.HTTPStatus.NOT_MODIFIED.value: {"description": "As it was"}},
        response_model=ConfigurationOut,
    )
    async def get_configuration(
        scope: CallerScope,
        station_id: str,
        response: Response,
        if_none_match: IfNoneMatch = None,
    ) -> ConfigurationOut | Response:
        _, _, found, _ = await read(scope, station_id)
        tag = _etag(found)
        if if_none_match is not None and named_by(if_none_match, tag):
            return Response(status_code=http.HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
        response.headers["ETag"] = tag
        return found

    @router.put(
        "/stations/{station_id}/configuration/{key:path}",
        status_code=http.HTTPStatus.ACCEPTED,
        responses=PRECONDITIONS,
    )
    async def put_setting(
        scope: CallerScope,
        station_id: PathIdentifier,
        key: str,
        effect_id: EffectId,
        given: SettingIn,
        response: Response,
        if_match: IfMatch = None,
    ) -> CommandView:
        """A task: the station is told, and the view follows when it has said yes."""
        station, spoken, found, places = await read(scope, station_id)
        if if_match is not None and if_match.strip() not in ("*", _etag(found)):
            raise HTTPException(
                http.HTTPStatus.PRECONDITION_FAILED, "If-Match: it was changed meanwhile"
            )
        place = places.get(key.lower())
        if place is None and spoken is OCPP_1_6:
            place = Place("", "", 0, 0, key, "")
        if place is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"{station_id} told of no {key}")
        change = change_of(spoken, place, given.value)
        action, request = type(change).__name__, msgspec.to_builtins(change)
        told, payload = command_request(
            station.ocpp_version, action, request, last=station.last_ocpp_version
        )
        command = await commands.issue(
            effect_id, station_id, told, action, payload, hold_seconds=given.hold_seconds
        )
        response.headers["Location"] = f"{CHARGING_API}/commands/{command.id}"
        shown = await views.command(scope, command.id)
        if shown is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no station {station_id}")
        return shown

    return router


def _configuration(
    station_id: str, spoken: Version, settings: Sequence[Setting]
) -> ConfigurationOut:
    return ConfigurationOut(
        station_id=station_id,
        ocpp_version=spoken.name,
        settings=[
            SettingOut(
                key=setting_key(one.place),
                value=one.value,
                readonly=None if one.mutability is None else one.mutability == "ReadOnly",
                secret=is_secret_setting(one.place.variable),
                told_at=one.told_at,
            )
            for one in settings
            if one.mutability != UNKNOWN
        ],
        unknown_keys=[setting_key(one.place) for one in settings if one.mutability == UNKNOWN],
    )


def _etag(found: ConfigurationOut) -> str:
    digest = hashlib.sha256(found.model_dump_json().encode()).hexdigest()
    return f'"{digest[:32]}"'
