"""Sites, stations and tokens: what operators enter."""

import http
import zoneinfo
from collections.abc import Sequence
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from services.charging.domain.tokens import Token, TokenStatus, token_uid
from services.charging.entrypoints.rest.identifiers import (
    Identifier,
    PathIdentifier,
    PathUid,
    Uid,
)


class Stations(Protocol):
    """The register of sites and stations."""

    async def put_site(self, site: Site) -> bool:
        """True when new."""

    async def put(self, stations: Sequence[Station]) -> int:
        """How many are new."""


class Tokens(Protocol):
    """The register of tokens."""

    async def put(self, tokens: Sequence[Token]) -> int:
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


class TokenIn(BaseModel, extra="forbid"):
    """A token and the driver who holds it."""

    status: TokenStatus = TokenStatus.ACCEPTED
    driver: Annotated[str, Field(min_length=1, max_length=200)]


class NamedTokenIn(TokenIn, extra="forbid"):
    """A token in a list."""

    uid: Uid


class Registered(BaseModel):
    """What a list did."""

    created: int
    updated: int


def registry_router(*, stations: Stations, tokens: Tokens) -> APIRouter:
    """Each PUT and each list may be repeated; the last word counts."""
    router = APIRouter(tags=["registry"])
    created: dict[int | str, dict[str, Any]] = {
        http.HTTPStatus.CREATED.value: {"description": "New"}
    }

    @router.put("/sites/{site_id}", responses=created)
    async def put_site(site_id: PathIdentifier, site: SiteIn, response: Response) -> SiteIn:
        new = await stations.put_site(Site(site_id, site.name, site.kind, site.time_zone))
        response.status_code = http.HTTPStatus.CREATED if new else http.HTTPStatus.OK
        return site

    @router.put("/stations/{station_id}", responses=created)
    async def put_station(
        station_id: PathIdentifier, station: StationIn, response: Response
    ) -> dict[str, str | int]:
        new = await stations.put([station.station(station_id)])
        response.status_code = http.HTTPStatus.CREATED if new else http.HTTPStatus.OK
        return {"id": station_id, "site_id": station.site_id, "connectors": station.connectors}

    @router.post("/stations")
    async def post_stations(
        given: Annotated[list[NamedStationIn], Field(max_length=1000)],
    ) -> Registered:
        by_id = {station.id: station.station(station.id) for station in given}
        new = await stations.put(list(by_id.values()))
        return Registered(created=new, updated=len(by_id) - new)

    @router.put("/tokens/{uid}", responses=created)
    async def put_token(uid: PathUid, token: TokenIn, response: Response) -> NamedTokenIn:
        kept = Token(token_uid(uid), token.status, token.driver)
        new = await tokens.put([kept])
        response.status_code = http.HTTPStatus.CREATED if new else http.HTTPStatus.OK
        return NamedTokenIn(uid=kept.uid, status=kept.status, driver=kept.driver)

    @router.post("/tokens")
    async def post_tokens(
        given: Annotated[list[NamedTokenIn], Field(max_length=1000)],
    ) -> Registered:
        by_uid = {
            token_uid(token.uid): Token(token_uid(token.uid), token.status, token.driver)
            for token in given
        }
        new = await tokens.put(list(by_uid.values()))
        return Registered(created=new, updated=len(by_uid) - new)

    return router
