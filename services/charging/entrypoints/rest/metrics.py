"""What the node counts, for Prometheus; reached on the program's own port, by nobody outside."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from contracts.routes import METRICS


def metrics_router(page: Callable[[], bytes]) -> APIRouter:
    """`page`: in Prometheus's text format."""
    router = APIRouter()

    @router.get(METRICS, include_in_schema=False)
    async def metrics() -> Response:
        return Response(page(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
