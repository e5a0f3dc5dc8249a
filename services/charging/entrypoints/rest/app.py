"""The REST API put together."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI

from contracts.routes import CHARGING_API
from services.charging.entrypoints.rest import problems
from services.charging.entrypoints.rest.callers import Callers


def rest_api(
    *,
    callers: Callers,
    operators: Sequence[APIRouter],
    drivers: Sequence[APIRouter],
    health: APIRouter,
) -> FastAPI:
    """Everything under the public prefix is for operators or for drivers; health is for all."""
    app = FastAPI(
        title="Fleetcharge charging",
        version="1",
        docs_url=f"{CHARGING_API}/docs",
        openapi_url=f"{CHARGING_API}/openapi.json",
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(health)
    for router in operators:
        app.include_router(router, prefix=CHARGING_API, dependencies=[Depends(callers.operator)])
    for router in drivers:
        app.include_router(router, prefix=CHARGING_API, dependencies=[Depends(callers.driver)])
    return app
