"""Whether this program can do its work."""

import http
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from contracts.routes import HEALTH
from services.charging.application.ports import UnavailableError
from services.charging.entrypoints.rest.problems import problem


def health_router(check: Callable[[], Awaitable[None]]) -> APIRouter:
    """`check` raises `UnavailableError` when nothing can be kept."""
    router = APIRouter()

    @router.get(HEALTH, include_in_schema=False)
    async def health() -> JSONResponse:
        try:
            await check()
        except UnavailableError as error:
            return problem(http.HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        return JSONResponse({"status": "ok"})

    return router
