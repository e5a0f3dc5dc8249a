"""Sites and stations: what operators enter."""

import http
import zoneinfo
from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import Identifier, PathIdentifier
from services.charging.entrypoints.rest.registered import CREATED, Registered


class Stations(Protocol):
    """The register of sites and stations."""

    async def put_site(self, company_id: str, site: Site) -> bool:
        """True when new; raises `TakenError`."""

    async def put(self, company_id: str, stations: Sequence[Station]) -> int:
        """How many are new."""


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone")
    return name


class SiteIn(BaseModel, extra="forbid"):
    """A site."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: SiteKind
    time_zone: Annotated[str, AfterValidator(_known_zone)]


class StationIn(BaseModel, extra="forbid"):
    """A station; its key is never shown again."""

    site_id: Identifier
    connectors: Annotated[int, Field(ge=1, le=100)] = 1
    key: Annotated[SecretStr, Field(min_length=16, max_length=40)]

    def station(self, station_id: str) -> Station:
        """In the domain's terms."""
        key = StationKey.of(self.key.get_secret_value())
        return Station(station_id, self.site_id, self.connectors, key)


class NamedStationIn(StationIn, extra="forbid"):
    """A station in a list."""

    id: Identifier


def registry_router(*, stations: Stations) -> APIRouter:
    """Each PUT and each list may be repeated; the last word counts."""
    router = APIRouter(tags=["registry"])

    @router.put("/sites/{site_id}", responses=CREATED)
    async def put_site(
        scope: CallerScope, site_id: PathIdentifier, site: SiteIn, response: Response
    ) -> SiteIn:
        new = await stations.put_site(
            scope.company_id, Site(site_id, site.name, site.kind, site.time_zone)
        )
        response.status_code = http.HTTPStatus.CREATED if new else http.HTTPStatus.OK
        return site

    @router.put("/stations/{station_id}", responses=CREATED)
    async def put_station(
        scope: CallerScope, station_id: PathIdentifier, station: StationIn, response: Response
    ) -> dict[str, str | int]:
        new = await stations.put(scope.company_id, [station.station(station_id)])
        response.status_code = http.HTTPStatus.CREATED if new else http.HTTPStatus.OK
        return {"id": station_id, "site_id": station.site_id, "connectors": station.connectors}

    @router.post("/stations")
    async def post_stations(
        scope: CallerScope,
        given: Annotated[list[NamedStationIn], Field(max_length=1000)],
    ) -> Registered:
        by_id = {station.id: station.station(station.id) for station in given}
        new = await stations.put(scope.company_id, list(by_id.values()))
        return Registered(created=new, updated=len(by_id) - new)

    return router
