"""Sites: what operators enter."""

import http
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from services.charging.application.preconditions import (
    WHATEVER_IS_THERE,
    Entered,
    Precondition,
)
from services.charging.application.site_views import SiteView, SiteViews
from services.charging.application.views import Page
from services.charging.domain.stations import Site, SiteKind
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import PathIdentifier, ZoneName
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Cursor, Limit, page
from services.charging.entrypoints.rest.preconditions import CHANGED_MEANWHILE, Condition, etag
from services.charging.entrypoints.rest.registered import CREATED


class Sites(Protocol):
    """The register of sites."""

    async def put_site(
        self, company_id: str, site: Site, precondition: Precondition = WHATEVER_IS_THERE
    ) -> Entered:
        """Keep it as it is given; raises `ChangedMeanwhileError`, `TakenError`."""

    async def remove_site(
        self, company_id: str, site_id: str, precondition: Precondition = WHATEVER_IS_THERE
    ) -> bool:
        """False when there is none; raises `ChangedMeanwhileError`, `InUseError`."""


class SiteIn(BaseModel, extra="forbid"):
    """A site."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: SiteKind
    time_zone: ZoneName


def registry_router(*, views: SiteViews, sites: Sites) -> APIRouter:
    """Each PUT may be repeated: the last word counts, but for who says what it is for."""
    router = APIRouter(tags=["sites"])

    @router.get("/sites")
    async def get_sites(
        scope: CallerScope,
        kind: SiteKind | None = None,
        cursor: Cursor = "",
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[SiteView]:
        found = await views.sites(scope, kind=kind, after=cursor, limit=limit + 1)
        return page(found, limit, lambda site: site.id)

    @router.get("/sites/{site_id}")
    async def get_site(scope: CallerScope, site_id: str, response: Response) -> SiteView:
        site = await views.site(scope, site_id)
        if site is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no site {site_id}")
        response.headers["ETag"] = etag(site.version)
        return site

    @router.put("/sites/{site_id}", responses=CREATED | CHANGED_MEANWHILE)
    async def put_site(
        scope: CallerScope,
        site_id: PathIdentifier,
        site: SiteIn,
        response: Response,
        condition: Condition,
    ) -> SiteIn:
        entered = await sites.put_site(
            scope.company_id, Site(site_id, site.name, site.kind, site.time_zone), condition
        )
        response.status_code = http.HTTPStatus.CREATED if entered.is_new else http.HTTPStatus.OK
        response.headers["ETag"] = etag(entered.version)
        return site

    @router.delete(
        "/sites/{site_id}",
        status_code=http.HTTPStatus.NO_CONTENT,
        responses=CHANGED_MEANWHILE,
    )
    async def delete_site(scope: CallerScope, site_id: str, condition: Condition) -> None:
        """409 while it has stations, or when somebody charged there."""
        if not await sites.remove_site(scope.company_id, site_id, condition):
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no site {site_id}")

    return router
