"""The device models of stations that speak OCPP 2.0.1, read only: commands change them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.charging.application.views import MonitorView, Page, VariableView, Views
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, Number, page

_AFTER = Query(description="`next_cursor` of the page before")
BEFORE_ALL = -(2**63)
"""Of the numbers of monitors, which stations choose."""


def device_models_router(*, views: Views) -> APIRouter:
    """What stations have told of their variables and monitors."""
    router = APIRouter(tags=["device models"])

    @router.get("/stations/{station_id}/variables")
    async def get_variables(
        scope: CallerScope,
        station_id: str,
        cursor: Annotated[Number, _AFTER] = 0,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[VariableView]:
        found = await views.variables(scope, station_id=station_id, after=cursor, limit=limit + 1)
        return page(found, limit, lambda variable: variable.id)

    @router.get("/stations/{station_id}/monitors")
    async def get_monitors(
        scope: CallerScope,
        station_id: str,
        cursor: Annotated[int, Field(ge=BEFORE_ALL, lt=2**63), _AFTER] = BEFORE_ALL,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[MonitorView]:
        found = await views.monitors(scope, station_id=station_id, after=cursor, limit=limit + 1)
        return page(found, limit, lambda monitor: monitor.monitor_id)

    return router
