"""Requests that may be repeated: one `Idempotency-Key` is carried out once, for 24 hours.

After the IETF draft "The Idempotency-Key HTTP Header Field": the same request gets the answer that
the first one got; another request with that key gets 422, and 409 while the first one is under way.
After a 503, or when the program died over it, it is carried out again, with the same effect.
"""

import contextlib
import hashlib
import http
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.access_tokens import AccessDeniedError
from services.charging.application.idempotency import Answer, Earlier, IdempotencyKeys
from services.charging.application.ports import UnavailableError
from services.charging.entrypoints.rest.body_limit import LARGEST_BODY
from services.charging.entrypoints.rest.callers import Verifier
from services.charging.entrypoints.rest.problems import problem

HEADER = "Idempotency-Key"
LONGEST_KEY = 128
_KEPT_HEADERS = {"content-type", "location", "etag"}
_NOTHING_DONE = {
    http.HTTPStatus.UNAUTHORIZED,
    http.HTTPStatus.FORBIDDEN,
    http.HTTPStatus.NOT_FOUND,
    http.HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""After these the key may be used again, for whatever."""


_EFFECT = "effect_id"


def _effect_id(request: Request) -> UUID:
    return getattr(request.state, _EFFECT, None) or uuid4()


EffectId = Annotated[UUID, Depends(_effect_id)]
"""Of what the request brings about: the same one, however often it is carried out for its key."""


class Idempotency:
    """Around the whole API, for each POST that has a key."""

    def __init__(self, app: ASGIApp, *, verifier: Verifier, keys: IdempotencyKeys) -> None:
        self._app = app
        self._verifier = verifier
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        key = scope["type"] == "http" and Headers(scope=scope).get(HEADER)
        if not key or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._once(scope, receive, key)
        except ClientDisconnect:
            return  # Nothing was done, and nobody listens.
        await answer(scope, receive, send)

    async def _once(self, scope: Scope, receive: Receive, key: str) -> ASGIApp:
        if len(key) > LONGEST_KEY:
            too_long = f"{HEADER}: at most {LONGEST_KEY} characters"
            return problem(http.HTTPStatus.UNPROCESSABLE_ENTITY, too_long)
        authorization = Headers(scope=scope).get("Authorization")
        try:
            who = await run_in_threadpool(self._verifier.verify, authorization)
        except AccessDeniedError:
            return self._app  # which says so
        caller = f"{who.company}/{who.subject}"
        body = await _body(receive)
        if len(body) > LARGEST_BODY:
            too_large = f"at most {LARGEST_BODY} bytes"
            return problem(http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large)
        named = f"{scope['path']}?{scope['query_string'].decode('latin-1')}\n"
        fingerprint = hashlib.sha256(named.encode() + body).digest()
        try:
            taken = await self._keys.take(caller, key, fingerprint)
        except UnavailableError as error:
            return problem(http.HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        if isinstance(taken, Earlier):
            return _repeated(taken, fingerprint)
        scope.setdefault("state", {})[_EFFECT] = taken.effect_id
        heard = _Heard()
        # Should it raise, what it did is not known: the key stays in use for a minute.
        await self._app(scope, _again(body), heard.send)
        with contextlib.suppress(UnavailableError):
            await self._settle(caller, key, heard)
        return Response(heard.body, heard.status, dict(heard.headers))

    async def _settle(self, caller: str, key: str, heard: "_Heard") -> None:
        if heard.status in _NOTHING_DONE:
            await self._keys.release(caller, key)
        elif heard.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            await self._keys.put_back(caller, key)  # It may have been committed.
        else:
            kept = {name: v for name, v in heard.headers.items() if name in _KEPT_HEADERS}
            await self._keys.answer(caller, key, Answer(heard.status, kept, heard.body))


class _Heard:
    """An answer on its way, caught."""

    def __init__(self) -> None:
        self.status = 500
        self.headers = Headers()
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = Headers(raw=message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def _repeated(earlier: Earlier, fingerprint: bytes) -> Response:
    if earlier.fingerprint != fingerprint:
        other = f"{HEADER}: was used for another request"
        return problem(http.HTTPStatus.UNPROCESSABLE_ENTITY, other)
    if earlier.answer is None:
        under_way = f"{HEADER}: the first request is under way; a minute later it may be repeated"
        return problem(http.HTTPStatus.CONFLICT, under_way)
    headers = earlier.answer.headers | {"idempotency-replayed": "true"}
    return Response(earlier.answer.body, earlier.answer.status, headers)


async def _body(receive: Receive) -> bytes:
    """The body, whole or too large; raises `ClientDisconnect` when only a part of it came."""
    body, more = bytearray(), True
    while more and len(body) <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _again(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def describe(app: FastAPI) -> None:
    """Let the OpenAPI description of every POST name the header."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        parameter = {
            "name": HEADER,
            "in": "header",
            "required": False,
            "description": "Repeated with the same key, a request is carried out once",
            "schema": {"type": "string", "maxLength": LONGEST_KEY},
        }
        for methods in document["paths"].values():
            if "post" in methods:
                parameters = methods["post"].setdefault("parameters", [])
                if parameter not in parameters:
                    parameters.append(parameter)
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it
