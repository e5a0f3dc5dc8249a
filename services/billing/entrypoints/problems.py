"""Errors as problem details, ``application/problem+json`` (RFC 9457)."""

from http import HTTPStatus

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from contracts.access_tokens import AccessDeniedError
from services.billing.adapters.database import UNAVAILABLE
from services.billing.application.ports import DocumentError
from services.billing.domain.errors import BillingError


def problem(status: int, code: str, detail: str, **more: object) -> Response:
    """One problem; `code` is stable, `detail` is for people."""
    return JSONResponse(
        {
            "type": f"urn:fleetcharge:billing:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            **more,
        },
        status_code=status,
        media_type="application/problem+json",
    )


def add_problems(app: FastAPI) -> None:
    """Answer each error of the inner layers with its problem."""

    @app.exception_handler(BillingError)
    async def _refused(_: Request, error: BillingError) -> Response:
        return problem(error.status, error.code, str(error))

    @app.exception_handler(AccessDeniedError)
    async def _denied(_: Request, error: AccessDeniedError) -> Response:
        return problem(403, "access-denied", str(error))

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        errors = [
            {"at": ".".join(map(str, each["loc"])), "message": each["msg"]}
            for each in error.errors()
        ]
        detail = "; ".join(f"{each['at']}: {each['message']}" for each in errors)
        return problem(422, "invalid-request", detail, errors=errors)

    @app.exception_handler(psycopg.DataError)
    async def _no_data(_: Request, error: psycopg.DataError) -> Response:
        return problem(422, "invalid-request", str(error))

    async def _no_database(_: Request, error: Exception) -> Response:
        return problem(503, "database-unavailable", f"the database does not answer: {error}")

    for unavailable in UNAVAILABLE:
        app.add_exception_handler(unavailable, _no_database)

    @app.exception_handler(DocumentError)
    async def _no_document(_: Request, error: DocumentError) -> Response:
        return problem(503, "document-unavailable", str(error))

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        response = problem(error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})
        return response
