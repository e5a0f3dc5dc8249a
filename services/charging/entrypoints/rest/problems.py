"""Errors of the REST API as problem details (RFC 9457)."""

import http

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from services.charging.application.command_request import WrongRequestError
from services.charging.application.ports import (
    InUseError,
    NoAnswerError,
    NotConnectedError,
    NotStorableError,
    TakenError,
    TooSlowError,
    UnavailableError,
)
from services.charging.application.preconditions import ChangedMeanwhileError
from services.charging.application.remote_control import StationFailedError
from services.charging.application.site_tariffs import NotPublicError
from services.charging.domain.ocpp_j.connection import BusyError
from services.charging.domain.stop_assignment import NotWaitingError, UnfitStopError
from services.charging.domain.tariffs.acceptance import UnfitTariffError

_STATUS: dict[type[Exception], http.HTTPStatus] = {
    NotConnectedError: http.HTTPStatus.CONFLICT,
    TakenError: http.HTTPStatus.CONFLICT,
    InUseError: http.HTTPStatus.CONFLICT,
    NotPublicError: http.HTTPStatus.CONFLICT,
    BusyError: http.HTTPStatus.CONFLICT,
    StationFailedError: http.HTTPStatus.BAD_GATEWAY,
    NoAnswerError: http.HTTPStatus.GATEWAY_TIMEOUT,
    WrongRequestError: http.HTTPStatus.UNPROCESSABLE_ENTITY,
    NotStorableError: http.HTTPStatus.UNPROCESSABLE_ENTITY,
    UnfitStopError: http.HTTPStatus.UNPROCESSABLE_ENTITY,
    UnfitTariffError: http.HTTPStatus.UNPROCESSABLE_ENTITY,
    ChangedMeanwhileError: http.HTTPStatus.PRECONDITION_FAILED,
    NotWaitingError: http.HTTPStatus.PRECONDITION_FAILED,
    TooSlowError: http.HTTPStatus.GATEWAY_TIMEOUT,
    UnavailableError: http.HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem(
    status: http.HTTPStatus, detail: str, headers: dict[str, str] | None = None, **more: object
) -> JSONResponse:
    """An ``application/problem+json`` answer."""
    return JSONResponse(
        {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            **more,
        },
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def _allowed(request: Request) -> list[str]:
    """The methods of all routes at this path: the router names those of the first."""
    return [
        method
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def install(app: FastAPI) -> None:
    """Let every error of the application leave as a problem."""

    async def known(_request: Request, error: Exception) -> JSONResponse:
        status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
        return problem(status, str(error))

    for kind in _STATUS:
        app.add_exception_handler(kind, known)

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, _error: Exception) -> JSONResponse:
        # The server logs the error; what it says may not be for the caller.
        return problem(http.HTTPStatus.INTERNAL_SERVER_ERROR, "an error of this program")

    @app.exception_handler(HTTPException)
    async def raised(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        if error.status_code == http.HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": ", ".join(_allowed(request))}
        return problem(http.HTTPStatus(error.status_code), str(error.detail), headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Without the input: it may be a station's key.
        faults = [
            {
                "where": ".".join(map(str, fault["loc"])) or "body",
                "what": fault["msg"].removeprefix("Value error, "),
            }
            for fault in error.errors()
        ]
        detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults)
        return problem(http.HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=faults)
