"""The quarantine: what could not be taken as it was."""

from fastapi import APIRouter

from services.charging.application.views import Page, QuarantineView, Views
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Limit, NumberCursor, page


def quarantine_router(*, views: Views) -> APIRouter:
    """Latest first."""
    router = APIRouter(tags=["quarantine"])

    @router.get("/quarantine")
    async def get_quarantine(
        scope: CallerScope,
        station_id: str | None = None,
        cursor: NumberCursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[QuarantineView]:
        found = await views.quarantine(scope, station_id=station_id, before=cursor, limit=limit + 1)
        return page(found, limit, lambda record: record.id)

    return router
