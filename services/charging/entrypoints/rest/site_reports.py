"""What stations told of vehicles, of limits from outside and of their profiles."""

import http
from uuid import UUID

from fastapi import APIRouter, HTTPException

from services.charging.application.smart_charging.site_reports import (
    OutsideLimitView,
    ProfileView,
    SiteReportViews,
    VehicleView,
)
from services.charging.application.views import Page
from services.charging.entrypoints.rest.callers import CallerScope


def site_reports_router(*, reports: SiteReportViews) -> APIRouter:
    """Read only: stations of OCPP 2.0.1 tell it by themselves."""
    router = APIRouter(tags=["sites"])

    @router.get("/sessions/{session_id}/vehicle")
    async def get_vehicle(scope: CallerScope, session_id: UUID) -> VehicleView:
        found = await reports.vehicle(scope, session_id)
        if found is None:
            raise HTTPException(
                http.HTTPStatus.NOT_FOUND, f"no vehicle spoke in session {session_id}"
            )
        return found

    @router.get("/stations/{station_id}/outside-limits")
    async def get_outside_limits(scope: CallerScope, station_id: str) -> Page[OutsideLimitView]:
        return Page(await reports.outside_limits(scope, station_id), None)

    @router.get("/stations/{station_id}/charging-profiles")
    async def get_profiles(scope: CallerScope, station_id: str) -> Page[ProfileView]:
        return Page(await reports.profiles(scope, station_id), None)

    return router
