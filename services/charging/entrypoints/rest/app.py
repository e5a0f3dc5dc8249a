"""The REST API put together."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI

from contracts.routes import CHARGING_API
from services.charging.entrypoints.rest import problems
from services.charging.entrypoints.rest.callers import Callers


def rest_api(*, callers: Callers, routers: Sequence[APIRouter], health: APIRouter) -> FastAPI:
    """Everything under the public prefix needs an operator; health does not."""
    app = FastAPI(
        title="Fleetcharge charging",
        version="1",
        docs_url=f"{CHARGING_API}/docs",
        openapi_url=f"{CHARGING_API}/openapi.json",
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(health)
    for router in routers:
        app.include_router(router, prefix=CHARGING_API, dependencies=[Depends(callers.operator)])
    return app
