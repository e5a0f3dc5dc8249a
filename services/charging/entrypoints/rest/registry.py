"""Sites: what operators enter."""

import http
from typing import Annotated, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.charging.domain.stations import Site, SiteKind
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import PathIdentifier, ZoneName
from services.charging.entrypoints.rest.registered import CREATED


class Sites(Protocol):
    """The register of sites."""

    async def put_site(self, company_id: str, site: Site) -> bool:
        """True when new; raises `TakenError`."""


class SiteIn(BaseModel, extra="forbid"):
    """A site."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: SiteKind
    time_zone: ZoneName


def registry_router(*, sites: Sites) -> APIRouter:
    """Each PUT may be repeated; the last word counts."""
    router = APIRouter(tags=["registry"])

    @router.put("/sites/{site_id}", responses=CREATED)
    async def put_site(
        scope: CallerScope, site_id: PathIdentifier, site: SiteIn, response: Response
    ) -> SiteIn:
        new = await sites.put_site(
            scope.company_id, Site(site_id, site.name, site.kind, site.time_zone)
        )
        response.status_code = http.HTTPStatus.CREATED if new else http.HTTPStatus.OK
        return site

    return router
