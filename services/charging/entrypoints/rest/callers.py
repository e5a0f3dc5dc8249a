"""Who calls the REST API."""

import http
from typing import Annotated, Protocol

from fastapi import Depends, HTTPException
from fastapi.security import APIKeyHeader

from contracts.access_tokens import AccessDeniedError, Caller
from contracts.personas import Persona


class Verifier(Protocol):
    """`contracts.access_tokens.AccessTokens`, or a test's own."""

    def verify(self, authorization: str | None) -> Caller:
        """Raises `AccessDeniedError`."""


_authorization = APIKeyHeader(
    name="Authorization", description="`Bearer` and a Cognito access token", auto_error=False
)


class Callers:
    """Lets those through who may."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    # Not async: fetching the user pool's keys blocks, and FastAPI runs this on a thread.
    def operator(self, authorization: Annotated[str | None, Depends(_authorization)]) -> Caller:
        """An operator; 401 without a valid token, 403 without the persona."""
        try:
            caller = self._verifier.verify(authorization)
        except AccessDeniedError as error:
            raise HTTPException(
                http.HTTPStatus.UNAUTHORIZED, str(error), {"WWW-Authenticate": "Bearer"}
            ) from error
        try:
            caller.must_be(Persona.OPERATOR)
        except AccessDeniedError as error:
            raise HTTPException(http.HTTPStatus.FORBIDDEN, str(error)) from error
        return caller
