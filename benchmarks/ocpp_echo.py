"""The baseline: a bare `websockets` server that sends back what it gets."""

import asyncio
import sys
from collections.abc import Sequence

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol


async def echo(websocket: ServerConnection) -> None:
    """Until the socket closes."""
    async for message in websocket:
        await websocket.send(message)


def _ocpp(_connection: ServerConnection, _offered: Sequence[Subprotocol]) -> Subprotocol:
    return Subprotocol("ocpp1.6")


async def main(port: int) -> None:
    """Until killed."""
    async with serve(
        echo,
        "127.0.0.1",
        port,
        select_subprotocol=_ocpp,
        compression=None,
        ping_interval=None,
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
