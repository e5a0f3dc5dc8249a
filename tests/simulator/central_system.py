"""A central system that answers as badly as it is told to."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

VERSIONS = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")]
ANSWERS: dict[str, dict[str, Any]] = {
    "BootNotification": {
        "status": "Accepted",
        "interval": 300,
        "currentTime": "2026-10-01T08:00:00Z",
    },
    "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
}


class CentralSystem:
    """Keeps all calls; breaks the calls of an action as often as `faults` says."""

    def __init__(self, **faults: list[str]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults = faults
        self.connections = 0
        self.socket: ServerConnection | None = None

    async def take(self, socket: ServerConnection) -> None:
        self.connections += 1
        self.socket = socket
        async for frame in socket:
            kind, message_id, *rest = json.loads(frame)
            if kind != 2:
                self.calls.append(("answer", rest[0]))
                continue
            action, payload = rest
            self.calls.append((action, payload))
            fault = self.faults[action].pop(0) if self.faults.get(action) else None
            if fault == "cut":
                socket.transport.abort()
                return
            if fault:
                await socket.send(json.dumps([4, message_id, fault, "on purpose", {}]))
            else:
                await socket.send(json.dumps([3, message_id, ANSWERS.get(action, {})]))

    def payloads(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.calls if name == action]


@asynccontextmanager
async def running(central: CentralSystem) -> AsyncIterator[str]:
    async with serve(central.take, "127.0.0.1", 0, subprotocols=VERSIONS) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ocpp"
