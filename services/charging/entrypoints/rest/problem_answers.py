"""What the OpenAPI description says of errors: clients are generated from it."""

import http
from typing import Any

from fastapi import FastAPI

from contracts.routes import CHARGING_API

_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457)",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people"},
        "errors": {
            "type": "array",
            "description": "What is wrong, and where in the request",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

_ALWAYS = {
    http.HTTPStatus.UNAUTHORIZED: "No valid access token",
    http.HTTPStatus.FORBIDDEN: "Not for this caller",
    http.HTTPStatus.UNPROCESSABLE_ENTITY: "Something in the request is wrong",
    http.HTTPStatus.INTERNAL_SERVER_ERROR: "An error of the program",
    http.HTTPStatus.SERVICE_UNAVAILABLE: "Come back later",
    http.HTTPStatus.GATEWAY_TIMEOUT: "It took too long, or the station did not answer in time",
}
_OF_NAMED = {http.HTTPStatus.NOT_FOUND: "Nothing that the caller sees has this id"}
_OF_BODIES = {
    http.HTTPStatus.BAD_REQUEST: "The body is no text in UTF-8, or nested too deep",
    http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large",
}
_OF_CHANGES = {http.HTTPStatus.CONFLICT: "It does not go with how things stand"}
STATION_FAILED: dict[int | str, dict[str, Any]] = {
    http.HTTPStatus.BAD_GATEWAY.value: {"description": "The station refused by an error"},
}
"""The answer of a route that waits for what a station says."""


def describe_problems(app: FastAPI) -> None:
    """Let each operation name its errors. FastAPI knows one, in a form that is not ours."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        schemas = document["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = _PROBLEM
        for path, operations in document["paths"].items():
            if path.startswith(CHARGING_API):
                for method, operation in operations.items():
                    _describe(path, method, operation)
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _describe(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    may_be = (
        _ALWAYS
        | (_OF_NAMED if "{" in path or method == "post" else {})
        | (_OF_BODIES if "requestBody" in operation or method == "post" else {})
        | (_OF_CHANGES if method != "get" else {})
    )
    for status, description in may_be.items():
        answers.setdefault(str(status.value), {})["description"] = description
    for status, answer in answers.items():
        if int(status) >= http.HTTPStatus.BAD_REQUEST:
            answer["content"] = _CONTENT
    if (new := answers.get(str(http.HTTPStatus.CREATED.value))) and "content" not in new:
        new["content"] = answers[str(http.HTTPStatus.OK.value)]["content"]
