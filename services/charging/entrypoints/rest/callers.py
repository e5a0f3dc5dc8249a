"""Who calls the REST API, and whose data that lets them see."""

import http
from typing import Annotated, Protocol

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyHeader

from contracts.access_tokens import AccessDeniedError, Caller
from contracts.personas import Persona
from contracts.tracing.spans import note
from services.charging.application.scope import Scope
from services.charging.entrypoints.rest.machines import check_scopes


class Verifier(Protocol):
    """`contracts.access_tokens.AccessTokens`, or a test's own."""

    def verify(self, authorization: str | None) -> Caller:
        """Raises `AccessDeniedError`."""


_authorization = APIKeyHeader(
    name="Authorization", description="`Bearer` and a Cognito access token", auto_error=False
)
_Authorization = Annotated[str | None, Depends(_authorization)]


class Callers:
    """Lets those through who may."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    # Not async: fetching the user pool's keys blocks, and FastAPI runs this on a thread.
    def operator(self, request: Request, authorization: _Authorization) -> None:
        """An operator, who sees all of the company, or a machine for what its scopes open.

        401 without a valid token, else 403.
        """
        caller = self._caller(authorization)
        if caller.scopes is None:
            _check_persona(caller, Persona.OPERATOR)
        else:
            check_scopes(caller, request)
        request.state.scope = Scope(caller.company, is_machine=caller.scopes is not None)
        request.state.subject = caller.subject

    def driver(self, request: Request, authorization: _Authorization) -> None:
        """A driver, who sees only what is the driver's own; 401 without a valid token, else 403."""
        caller = self._caller(authorization)
        _check_persona(caller, Persona.DRIVER)
        request.state.scope = Scope(caller.company, caller.subject)

    def _caller(self, authorization: str | None) -> Caller:
        try:
            caller = self._verifier.verify(authorization)
        except AccessDeniedError as error:
            raise HTTPException(
                http.HTTPStatus.UNAUTHORIZED, str(error), {"WWW-Authenticate": "Bearer"}
            ) from error
        note(company=caller.company)
        return caller


def _check_persona(caller: Caller, persona: Persona) -> None:
    try:
        caller.must_be(persona)
    except AccessDeniedError as error:
        raise HTTPException(http.HTTPStatus.FORBIDDEN, str(error)) from error


def _scope(request: Request) -> Scope:
    scope: Scope = request.state.scope
    return scope


CallerScope = Annotated[Scope, Depends(_scope)]
"""Set when the router's caller was let through; a router without callers has none, and fails."""


def _subject(request: Request) -> str:
    subject: str = request.state.subject
    return subject


OperatorSubject = Annotated[str, Depends(_subject)]
"""``sub`` of the operator who calls, or of a machine, for what is kept of who did it."""
