"""What sites may draw, and what was planned."""

import http
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from services.charging.application.ports import Clock
from services.charging.application.smart_charging.planning import SitePlanning
from services.charging.application.smart_charging.site_day import SiteDay, SiteDays
from services.charging.application.smart_charging.sites import (
    KeptPlan,
    SessionOutcome,
    Sites,
    SurplusView,
)
from services.charging.application.views import Page
from services.charging.domain.smart_charging.surplus import Surplus
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import PathIdentifier
from services.charging.entrypoints.rest.moments import Day, Moment
from services.charging.entrypoints.rest.preconditions import CHANGED_MEANWHILE, Condition, etag
from services.charging.entrypoints.rest.site_limits import (
    SiteLimitsIn,
    SiteLimitsOut,
)


class SurplusIn(BaseModel):
    """See `contracts.site_surplus.SiteSurplus`."""

    begins_at: Moment
    surplus_w: Annotated[int, Field(ge=-(10**9), le=10**9)]


class SessionPlanOut(BaseModel):
    """What one session may draw of each of its phases, interval by interval."""

    session_id: UUID
    phases: int
    currents_ma: list[int]


class PlanOut(BaseModel):
    """Interval n is from `bounds[n]` until `bounds[n + 1]`."""

    site_id: str
    number: int
    bounds: list[datetime]
    sessions: list[SessionPlanOut]


def sites_router(
    *, sites: Sites, days: SiteDays, planning: SitePlanning, clock: Clock
) -> APIRouter:
    """404: no such site or session of the caller's company."""
    router = APIRouter(tags=["sites"])

    @router.put("/sites/{site_id}/limits", responses=CHANGED_MEANWHILE)
    async def put_limits(
        scope: CallerScope,
        site_id: PathIdentifier,
        given: SiteLimitsIn,
        response: Response,
        condition: Condition,
    ) -> SiteLimitsOut:
        try:
            limits = given.limits()
        except ValueError as error:
            raise _wrong(str(error)) from error
        version = await sites.put_limits(scope, site_id, limits, condition)
        if version is None:
            raise _no_site(site_id)
        planning.changed(site_id)
        response.headers["ETag"] = etag(version)
        return SiteLimitsOut.of(site_id, version, limits)

    @router.get("/sites/{site_id}/limits")
    async def get_limits(scope: CallerScope, site_id: str, response: Response) -> SiteLimitsOut:
        kept = await sites.limits(scope, site_id)
        if kept is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no limits of a site {site_id}")
        response.headers["ETag"] = etag(kept.version)
        return SiteLimitsOut.of(site_id, kept.version, kept.limits)

    @router.post("/sites/{site_id}/surplus", status_code=http.HTTPStatus.NO_CONTENT)
    async def post_surplus(
        scope: CallerScope,
        site_id: PathIdentifier,
        given: Annotated[list[SurplusIn], Field(max_length=1000)],
    ) -> None:
        figures = [Surplus(one.begins_at, one.surplus_w) for one in given]
        if not await sites.put_surplus(scope, site_id, figures):
            raise _no_site(site_id)
        planning.changed(site_id)

    @router.get("/sites/{site_id}/surplus")
    async def get_surplus(scope: CallerScope, site_id: str) -> Page[SurplusView]:
        """From a day ago on, forecasts too; the latest first."""
        return Page(await sites.surplus(scope, site_id), None)

    @router.get("/sites/{site_id}/plan")
    async def get_plan(scope: CallerScope, site_id: str, at: Moment | None = None) -> PlanOut:
        kept = await sites.plan(scope, site_id, at or clock())
        if kept is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no plan of a site {site_id}")
        return _plan(kept)

    @router.get("/sites/{site_id}/plan-outcome")
    async def get_day(scope: CallerScope, site_id: str, day: Day | None = None) -> SiteDay:
        """A local day of the site; without `day`, the one that is in UTC now."""
        found = await days.day(scope, site_id, day or clock().date())
        if found is None:
            raise _no_site(site_id)
        return found

    @router.get("/sessions/{session_id}/plan-outcome")
    async def get_outcome(scope: CallerScope, session_id: UUID) -> SessionOutcome:
        found = await sites.outcome(scope, session_id)
        if found is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no session {session_id}")
        return found

    return router


def _plan(kept: KeptPlan) -> PlanOut:
    return PlanOut(
        site_id=kept.site_id,
        number=kept.number,
        bounds=list(kept.planned.bounds),
        sessions=[
            SessionPlanOut(
                session_id=session_id, phases=part.phases, currents_ma=list(part.currents)
            )
            for session_id, part in kept.planned.allotments.items()
        ],
    )


def _no_site(site_id: str) -> HTTPException:
    return HTTPException(http.HTTPStatus.NOT_FOUND, f"no site {site_id}")


def _wrong(detail: str) -> HTTPException:
    return HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, detail)
