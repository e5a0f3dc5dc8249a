"""The device models of stations that speak OCPP 2.0.1, read only: commands change them."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.charging.application.views import MonitorView, Page, VariableView, Views
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, page

After = Annotated[int, Query(description="`next_cursor` of the page before")]


def device_models_router(*, views: Views) -> APIRouter:
    """What stations have told of their variables and monitors."""
    router = APIRouter(tags=["device models"])

    @router.get("/stations/{station_id}/variables")
    async def get_variables(
        scope: CallerScope, station_id: str, cursor: After = 0, limit: Limit = DEFAULT_LIMIT
    ) -> Page[VariableView]:
        found = await views.variables(scope, station_id=station_id, after=cursor, limit=limit + 1)
        return page(found, limit, lambda variable: variable.id)

    @router.get("/stations/{station_id}/monitors")
    async def get_monitors(
        scope: CallerScope, station_id: str, cursor: After = 0, limit: Limit = DEFAULT_LIMIT
    ) -> Page[MonitorView]:
        found = await views.monitors(scope, station_id=station_id, after=cursor, limit=limit + 1)
        return page(found, limit, lambda monitor: monitor.monitor_id)

    return router
