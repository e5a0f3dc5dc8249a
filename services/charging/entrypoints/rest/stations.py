"""Stations: what operators enter, and how stations are."""

import http
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator

from services.charging.application.scope import Scope
from services.charging.application.station_views import StationSearch, StationView, StationViews
from services.charging.application.views import Page
from services.charging.domain.places import Location
from services.charging.domain.registration import Registration
from services.charging.domain.stations import (
    Plug,
    PlugStandard,
    Station,
    StationChange,
    StationKey,
)
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import Identifier, PathIdentifier
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Cursor, Limit, page
from services.charging.entrypoints.rest.places import Place
from services.charging.entrypoints.rest.preconditions import (
    PRECONDITIONS,
    IfMatch,
    IfNoneMatch,
    changed_meanwhile,
    etag,
    expected_version,
)
from services.charging.entrypoints.rest.registered import CREATED, Registered


class Stations(Protocol):
    """The register of stations; see `services.charging.adapters.postgresql.stations`."""

    async def put(self, company_id: str, stations: Sequence[Station]) -> int:
        """Keep all of them, or none; how many are new."""

    async def create(self, company_id: str, station: Station) -> bool:
        """False: the company has it already."""

    async def change(
        self, company_id: str, station: StationChange, *, version: int | None
    ) -> int | None:
        """Its new version; None: there is none of that version."""

    async def remove(self, company_id: str, station_id: str, *, version: int | None) -> bool:
        """False: there is none of that version."""


class LocationIn(BaseModel, extra="forbid"):
    """A point by WGS 84, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class PlugIn(BaseModel, extra="forbid"):
    """What a connector offers."""

    connector_id: Annotated[int, Field(ge=1, le=100)]
    standard: PlugStandard
    max_power_w: Annotated[int, Field(gt=0, le=5_000_000)]


_Connectors = Annotated[int, Field(ge=1, le=100)]
_Key = Annotated[SecretStr, Field(min_length=16, max_length=40)]
_Driver = Annotated[str, Field(min_length=1, max_length=128)]
_Plugs = Annotated[list[PlugIn], Field(max_length=100)]


class StationIn(BaseModel, extra="forbid"):
    """A station; its key is never shown again."""

    site_id: Identifier
    connectors: _Connectors = 1
    key: _Key | None = None
    """Needed when the station is new; without it, the key stays."""
    location: LocationIn | None = None
    plugs: _Plugs = []
    driver_id: _Driver | None = None
    """``sub`` of the driver at whose home it stands: no colleague finds it."""
    registration: Registration | None = None
    """What it hears when it boots; without it, it stays. A new station is accepted."""

    @model_validator(mode="after")
    def _plugs_of_its_connectors(self) -> "StationIn":
        described = [plug.connector_id for plug in self.plugs]
        if len(set(described)) < len(described) or max(described, default=0) > self.connectors:
            raise ValueError(f"plugs: each of connectors 1 to {self.connectors} at most once")
        return self

    def change(self, station_id: str) -> StationChange:
        """In the domain's terms."""
        return StationChange(
            id=station_id,
            site_id=self.site_id,
            connectors=self.connectors,
            key=StationKey.of(self.key.get_secret_value()) if self.key else None,
            location=Location(**self.location.model_dump()) if self.location else None,
            plugs=[Plug(**plug.model_dump()) for plug in self.plugs],
            driver_id=self.driver_id,
            registration=self.registration,
        )

    def station(self, station_id: str) -> Station:
        """In the domain's terms; 422 without a key."""
        given = self.change(station_id)
        if given.key is None:
            raise HTTPException(
                http.HTTPStatus.UNPROCESSABLE_ENTITY, "key: a new station needs one"
            )
        return Station(
            station_id,
            given.site_id,
            given.connectors,
            given.key,
            given.location,
            given.plugs,
            given.driver_id,
            given.registration,
        )


class NamedStationIn(StationIn, extra="forbid"):
    """A station in a list."""

    id: Identifier
    key: _Key


class StationPatch(BaseModel, extra="forbid"):
    """What is to change (RFC 7396); all else stays."""

    site_id: Identifier = ""
    connectors: _Connectors = 1
    key: _Key | None = None
    location: LocationIn | None = None
    plugs: _Plugs = []
    driver_id: _Driver | None = None
    registration: Registration = Registration.ACCEPTED

    def of(self, station: StationView) -> StationIn:
        """The station with the changes."""
        stands = {
            "site_id": station.site_id,
            "connectors": station.connectors,
            "location": station.location and asdict(station.location),
            "plugs": [asdict(plug) for plug in station.plugs],
            "driver_id": station.driver_id,
        }
        return StationIn.model_validate(stands | self.model_dump(exclude_unset=True))


def stations_router(*, views: StationViews, stations: Stations) -> APIRouter:
    """Changes need the `ETag` that they are for; a list may be repeated, the last word counts."""
    router = APIRouter(tags=["stations"])

    @router.get("/stations")
    async def get_stations(
        scope: CallerScope,
        place: Place,
        site_id: str | None = None,
        online: bool | None = None,
        status: Annotated[str | None, Query(description="of a connector, as it said")] = None,
        standard: PlugStandard | None = None,
        cursor: Cursor = "",
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[StationView]:
        search = StationSearch(
            place=place, site_id=site_id, online=online, status=status, standard=standard
        )
        found = await views.stations(scope, search, after=cursor, limit=limit + 1)
        return page(found, limit, station_cursor)

    @router.get("/stations/{station_id}")
    async def get_station(scope: CallerScope, station_id: str, response: Response) -> StationView:
        station = await the_station(views, scope, station_id)
        response.headers["ETag"] = etag(station.version)
        return station

    @router.put("/stations/{station_id}", responses=CREATED | PRECONDITIONS)
    async def put_station(
        scope: CallerScope,
        station_id: PathIdentifier,
        station: StationIn,
        response: Response,
        if_match: IfMatch = None,
        if_none_match: IfNoneMatch = None,
    ) -> StationView:
        if if_match is None:
            known = await views.station(scope, station_id)
            if known is None and await stations.create(
                scope.company_id, station.station(station_id)
            ):
                response.status_code = http.HTTPStatus.CREATED
                return await get_station(scope, station_id, response)
            if if_none_match is not None:
                raise changed_meanwhile()
        return await change(scope, station.change(station_id), if_match, response)

    @router.patch("/stations/{station_id}", responses=PRECONDITIONS)
    async def patch_station(
        scope: CallerScope,
        station_id: str,
        patch: StationPatch,
        response: Response,
        if_match: IfMatch = None,
    ) -> StationView:
        known = await get_station(scope, station_id, response)
        try:
            station = patch.of(known)
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_input=False)) from error
        return await change(scope, station.change(station_id), if_match, response)

    @router.delete(
        "/stations/{station_id}", status_code=http.HTTPStatus.NO_CONTENT, responses=PRECONDITIONS
    )
    async def delete_station(
        scope: CallerScope, station_id: str, response: Response, if_match: IfMatch = None
    ) -> None:
        await get_station(scope, station_id, response)
        version = expected_version(if_match)
        if not await stations.remove(scope.company_id, station_id, version=version):
            raise changed_meanwhile()

    @router.post("/stations")
    async def post_stations(
        scope: CallerScope, given: Annotated[list[NamedStationIn], Field(max_length=1000)]
    ) -> Registered:
        by_id = {station.id: station.station(station.id) for station in given}
        new = await stations.put(scope.company_id, list(by_id.values()))
        return Registered(created=new, updated=len(by_id) - new)

    async def change(
        scope: Scope, station: StationChange, if_match: str | None, response: Response
    ) -> StationView:
        version = expected_version(if_match)
        if await stations.change(scope.company_id, station, version=version) is None:
            raise changed_meanwhile()
        return await get_station(scope, station.id, response)

    return router


def station_cursor(station: StationView) -> str:
    """By which the page after it is found, though it may be gone by then."""
    return station.id if station.distance_m is None else f"{station.distance_m}/{station.id}"


async def the_station(views: StationViews, scope: Scope, station_id: str) -> StationView:
    """One that the caller sees; 404 when there is none."""
    station = await views.station(scope, station_id)
    if station is None:
        raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no station {station_id}")
    return station
