"""What machines of partners may ask for; all other routes are for people alone."""

import http
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from contracts.access_tokens import Caller
from contracts.partners import RESOURCE_SERVER, PartnerScope
from contracts.routes import CHARGING_API

_STATIONS = frozenset({PartnerScope.STATIONS_READ})
_SESSIONS = frozenset({PartnerScope.SESSIONS_READ})
_CONTROL = frozenset({PartnerScope.SESSIONS_CONTROL})
_TOKENS = frozenset({PartnerScope.TOKENS_WRITE})

NEEDED: Mapping[str, frozenset[PartnerScope]] = {
    "GET /sites": _STATIONS,
    "GET /sites/{site_id}": _STATIONS,
    "GET /sites/{site_id}/tariff": _STATIONS,
    "GET /stations": _STATIONS,
    "GET /stations/{station_id}": _STATIONS,
    "GET /sessions": _SESSIONS,
    "GET /sessions/{session_id}": _SESSIONS,
    "GET /sessions/{session_id}/meter-values": _SESSIONS,
    "GET /sessions/{session_id}/signed-values": _SESSIONS,
    "GET /events": _STATIONS | _SESSIONS,
    "POST /stations/{station_id}/remote-start": _CONTROL,
    "POST /stations/{station_id}/remote-stop": _CONTROL,
    "GET /sessions/{session_id}/preferences": _CONTROL,
    "PUT /sessions/{session_id}/preferences": _CONTROL,
    "GET /tokens": _TOKENS,
    "GET /tokens/{uid}": _TOKENS,
    "PUT /tokens/{uid}": _TOKENS,
    "POST /tokens": _TOKENS,
    "POST /tokens/import": _TOKENS,
}
"""The scopes that a machine needs for a route, all of them."""


def check_scopes(machine: Caller, request: Request) -> None:
    """403 where the machine lacks a scope, in the words of RFC 6750, section 3.1."""
    # A route knows its path within the API.
    needed = NEEDED.get(f"{request.method} {request.scope['route'].path}")
    if needed is None:
        raise HTTPException(http.HTTPStatus.FORBIDDEN, "no machine may do this")
    if not needed <= (machine.scopes or frozenset()):
        names = " ".join(_names(needed))
        raise HTTPException(
            http.HTTPStatus.FORBIDDEN,
            f"this needs the scope {names}",
            {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{names}"'},
        )


def describe_machines(app: FastAPI) -> None:
    """Let the OpenAPI description say which scopes do for which routes."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        document["components"]["securitySchemes"]["Machine"] = {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token by client credentials, with these scopes",
        }
        for route, needed in NEEDED.items():
            method, path = route.split()
            operation = document["paths"][CHARGING_API + path][method.lower()]
            machine = {"Machine": _names(needed)}
            if machine not in operation["security"]:
                operation["security"].append(machine)
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _names(scopes: frozenset[PartnerScope]) -> list[str]:
    return sorted(f"{RESOURCE_SERVER}/{scope}" for scope in scopes)
