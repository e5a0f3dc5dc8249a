"""How large a request may be: it is read whole before anybody asks who sent it."""

import http

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.charging.entrypoints.rest.problems import problem

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes; no route takes more."""
_TOO_LARGE = http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE
_WHY = f"at most {LARGEST_BODY} bytes"


class BodyLimit:
    """Around the routes. FastAPI's own says so in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        declared = scope["type"] == "http" and Headers(scope=scope).get("Content-Length")
        if declared and int(declared) > LARGEST_BODY:
            await problem(_TOO_LARGE, _WHY)(scope, receive, send)
            return
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY:
                raise HTTPException(_TOO_LARGE, _WHY)
            return message

        await self._app(scope, limited, send)
