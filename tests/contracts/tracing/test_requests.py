from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse, StreamingResponse

from contracts.routes import HEALTH
from contracts.tracing.requests import TracedRequests
from contracts.tracing.spans import step, traceparent
from tests.contracts.tracing.told import Told

SAMPLED = "00-4efaaf4d1e8720b39541901950019ee5-53995c3f42cd8ad8-01"


def client(told: Told) -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(TracedRequests, tracing=told)
    router = APIRouter()

    @router.get("/stations/{station_id}")
    async def station(station_id: str) -> str:
        if station_id == "gone":
            raise HTTPException(404)
        if station_id == "broken":
            raise ValueError("CP9 is broken")
        return station_id

    @router.get("/changes")
    async def changes() -> StreamingResponse:
        async def stream() -> AsyncIterator[str]:
            with step("PostgreSQL"):
                yield traceparent() or "no trace"

        return StreamingResponse(stream())

    app.include_router(router, prefix="/v1")

    @app.get(HEALTH)
    async def health() -> PlainTextResponse:
        return PlainTextResponse("ok")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://charging")


async def asked(told: Told, path: str, **headers: str) -> httpx.Response:
    async with client(told) as api:
        return await api.get(path, headers=headers)


async def test_a_request_is_told_by_the_template_of_its_path() -> None:
    told = Told()
    answer = await asked(told, "/v1/stations/CP1?token=secret")
    assert told.span.name == "GET /v1/stations/{station_id}"
    assert told.span.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.path": "/v1/stations/{station_id}",
    }
    context = told.span.context
    assert context is not None
    _, trace_id, span_id, _ = answer.headers["traceresponse"].split("-")
    assert (int(trace_id, 16), int(span_id, 16)) == (context.trace_id, context.span_id)


async def test_a_request_goes_on_with_its_caller_s_trace() -> None:
    told = Told(share=0.1, drawn=0.9)
    answer = await asked(told, "/v1/stations/CP1", traceparent=SAMPLED)
    assert answer.headers["traceresponse"].startswith(SAMPLED[:35])


@pytest.mark.parametrize(
    ("station_id", "status", "kind"),
    [("gone", 404, "404"), ("broken", 500, "ValueError")],
)
async def test_errors_are_told_by_their_kind(station_id: str, status: int, kind: str) -> None:
    told = Told()
    assert (await asked(told, f"/v1/stations/{station_id}")).status_code == status
    attributes: Any = told.span.attributes
    assert attributes["error.type"] == kind
    assert "CP9" not in told.span.to_json()


async def test_a_path_that_nobody_serves_makes_no_name_of_its_own() -> None:
    told = Told()
    assert (await asked(told, "/wp-admin")).status_code == 404
    assert told.span.name == "GET unknown"


async def test_a_stream_is_told_of_until_it_begins(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    assert (await asked(told, "/v1/changes")).text == "no trace"
    assert told.span.name == "GET /v1/changes"
    assert caplog.records == []


async def test_what_is_not_told_of_is_answered_all_the_same() -> None:
    told = Told(share=0.1, drawn=0.9)
    answer = await asked(told, "/v1/stations/CP1")
    assert (answer.status_code, "traceresponse" in answer.headers) == (200, False)
    assert told.spans == []


async def test_health_is_never_told_of() -> None:
    told = Told()
    assert (await asked(told, HEALTH)).status_code == 200
    assert told.spans == []
