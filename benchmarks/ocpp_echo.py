"""The baseline: a bare `websockets` server that sends back what it gets."""

import asyncio
import sys
from collections.abc import Sequence

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

ARRIVING_AT_ONCE = 4096
"""As the charging program has it."""


async def echo(websocket: ServerConnection) -> None:
    """Until the socket closes."""
    async for message in websocket:
        await websocket.send(message)


def _any(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol:
    return offered[0]


async def main(port: int) -> None:
    """Until killed."""
    async with serve(
        echo,
        "127.0.0.1",
        port,
        select_subprotocol=_any,
        compression=None,
        ping_interval=None,
        backlog=ARRIVING_AT_ONCE,
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
