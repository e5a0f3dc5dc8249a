"""What stations must show, their certificates, and the rotation of their keys."""

import http
from typing import Literal, Protocol

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from contracts.routes import CHARGING_API
from services.charging.application.commands import Commands
from services.charging.application.key_rotation import ROTATE_KEY
from services.charging.application.ports import NotConnectedError
from services.charging.application.preconditions import WHATEVER_IS_THERE, Precondition
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationViews
from services.charging.application.views import CertificateView, CommandView, Page, Views
from services.charging.domain.admission import SecurityProfile
from services.charging.domain.versions import version
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.identifiers import PathIdentifier
from services.charging.entrypoints.rest.preconditions import CHANGED_MEANWHILE, Condition, etag


class StationSecurity(Protocol):
    """Where it is kept."""

    async def set_profile(
        self,
        scope: Scope,
        station_id: str,
        profile: SecurityProfile,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> bool:
        """False when there is no such station. Its profile is its version.

        Raises `ChangedMeanwhileError`.
        """

    async def profile(self, scope: Scope, station_id: str) -> SecurityProfile | None:
        """None when there is no such station."""


class SecurityProfileIn(BaseModel, extra="forbid"):
    """1: key; 2: key over TLS; 3: client certificate with the station's id as its common name."""

    profile: Literal[1, 2, 3]


class SecurityProfileOut(BaseModel):
    """What a station must show."""

    station_id: str
    profile: int


def station_security_router(
    *, security: StationSecurity, stations: StationViews, views: Views, commands: Commands
) -> APIRouter:
    """404: no such station of the caller's company."""
    router = APIRouter(tags=["stations"])

    @router.put("/stations/{station_id}/security-profile", responses=CHANGED_MEANWHILE)
    async def put_profile(
        scope: CallerScope,
        station_id: PathIdentifier,
        given: SecurityProfileIn,
        response: Response,
        condition: Condition,
    ) -> SecurityProfileOut:
        """Holds from the station's next connection on."""
        profile = SecurityProfile(given.profile)
        if not await security.set_profile(scope, station_id, profile, condition):
            raise _no_station(station_id)
        response.headers["ETag"] = etag(profile.value)
        return SecurityProfileOut(station_id=station_id, profile=profile.value)

    @router.get("/stations/{station_id}/security-profile")
    async def get_profile(
        scope: CallerScope, station_id: PathIdentifier, response: Response
    ) -> SecurityProfileOut:
        found = await security.profile(scope, station_id)
        if found is None:
            raise _no_station(station_id)
        response.headers["ETag"] = etag(found.value)
        return SecurityProfileOut(station_id=station_id, profile=found.value)

    @router.get("/stations/{station_id}/certificates")
    async def get_certificates(
        scope: CallerScope, station_id: PathIdentifier
    ) -> Page[CertificateView]:
        """Those that it was given here, latest first: a new one each time it asks."""
        found = await views.certificates(scope, station_id=station_id)
        return Page(found, next_cursor=None)

    @router.post("/stations/{station_id}/key-rotation", status_code=http.HTTPStatus.ACCEPTED)
    async def post_rotation(
        scope: CallerScope, station_id: PathIdentifier, effect_id: EffectId, response: Response
    ) -> CommandView:
        """A task: the station gets a new key, which nobody else learns."""
        station = await stations.station(scope, station_id)
        if station is None:
            raise _no_station(station_id)
        if station.ocpp_version is None:
            raise NotConnectedError(f"station {station_id} is not connected")
        spoken = version(station.ocpp_version)
        command = await commands.issue(effect_id, station_id, spoken, ROTATE_KEY, b"{}")
        response.headers["Location"] = f"{CHARGING_API}/commands/{command.id}"
        shown = await views.command(scope, command.id)
        if shown is None:
            raise _no_station(station_id)
        return shown

    return router


def _no_station(station_id: str) -> HTTPException:
    return HTTPException(http.HTTPStatus.NOT_FOUND, f"no station {station_id}")
