"""The REST API put together."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI

from contracts.routes import CHARGING_API
from contracts.tracing.requests import TracedRequests
from contracts.tracing.spans import Tracing
from services.charging.application.idempotency import IdempotencyKeys
from services.charging.entrypoints.rest import problems
from services.charging.entrypoints.rest.body_limit import BodyLimit
from services.charging.entrypoints.rest.callers import Callers, Verifier
from services.charging.entrypoints.rest.idempotency import Idempotency, describe
from services.charging.entrypoints.rest.machines import describe_machines
from services.charging.entrypoints.rest.problem_answers import describe_problems


def rest_api(
    *,
    verifier: Verifier,
    keys: IdempotencyKeys,
    operators: Sequence[APIRouter],
    drivers: Sequence[APIRouter],
    health: APIRouter,
    metrics: APIRouter,
    tracing: Tracing,
) -> FastAPI:
    """Everything under the public prefix is for operators or for drivers; machines get some of the
    operators' routes; the rest is for AWS."""
    callers = Callers(verifier)
    app = FastAPI(
        title="Fleetcharge charging",
        version="1",
        docs_url=f"{CHARGING_API}/docs",
        openapi_url=f"{CHARGING_API}/openapi.json",
        redoc_url=None,
    )
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Idempotency, verifier=verifier, keys=keys)
    app.add_middleware(TracedRequests, tracing=tracing)
    describe(app)
    describe_machines(app)
    describe_problems(app)
    app.include_router(health)
    app.include_router(metrics)
    for router in operators:
        app.include_router(router, prefix=CHARGING_API, dependencies=[Depends(callers.operator)])
    for router in drivers:
        app.include_router(router, prefix=CHARGING_API, dependencies=[Depends(callers.driver)])
    return app
