"""Listens on the task's own address, as the task metadata endpoint tells it."""

import asyncio
import http
import json
import os
import signal
import urllib.request
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

PORT = 8000


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


def answer(connection: ServerConnection, request: Request) -> Response | None:
    match request.path.partition("?")[0]:
        case "/health":
            return connection.respond(http.HTTPStatus.OK, "well\n")
        case "/environment":
            told = {"variables": dict(os.environ), "headers": dict(request.headers)}
            return connection.respond(http.HTTPStatus.OK, json.dumps(told))
        case "/die":
            os._exit(3)
        case "/socket" | "/staying/socket":
            return None
    return connection.respond(http.HTTPStatus.NOT_FOUND, "no such page\n")


def address() -> str:
    endpoint = os.environ["ECS_CONTAINER_METADATA_URI_V4"]
    with urllib.request.urlopen(endpoint) as metadata:  # noqa: S310 — set by the platform
        told: str = json.load(metadata)["Networks"][0]["IPv4Addresses"][0]
    return told


async def main(own: str) -> None:
    if note := os.environ.get("IGNORES_SIGTERM_AND_NOTES_IT_IN"):
        signal.signal(signal.SIGTERM, lambda *_: Path(note).touch())
    async with serve(echo, own, PORT, process_request=answer):
        print(f"listening on {own}", flush=True)  # noqa: T201 — what the log driver forwards
        await asyncio.get_running_loop().create_future()


asyncio.run(main(address()))
