"""The one port: plain, or by TLS where the first byte is that of a handshake."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable

_BACKLOG = 4096
_HANDSHAKE = b"\x16"
"""TLS's record of a handshake (RFC 8446, section 5.1); no method of HTTP begins so."""
_SILENCE_SECONDS = 60.0


class Door:
    """Accepts on 127.0.0.1."""

    def __init__(
        self, port: int, protocol: Callable[[], asyncio.Protocol], tls: ssl.SSLContext
    ) -> None:
        """`port` 0 is any that is free. Raises `OSError` when it is not."""
        self._protocol = protocol
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self._listening.setblocking(False)
        self._opening: set[asyncio.Task[None]] = set()
        self._accepting = asyncio.create_task(self._accept())

    @property
    def port(self) -> int:
        """On which it listens."""
        port: int = self._listening.getsockname()[1]
        return port

    async def close(self) -> None:
        """Accept no more; connections live on."""
        tasks = {self._accepting, *self._opening}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listening.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._listening)
            opening = asyncio.create_task(self._open(client))
            self._opening.add(opening)
            opening.add_done_callback(self._opening.discard)

    async def _open(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client that is silent, goes, or fails in the handshake costs nobody else anything.
        with contextlib.suppress(OSError, TimeoutError):
            try:
                first = await _peek(client)
                tls = self._tls if first == _HANDSHAKE else None
                await loop.connect_accepted_socket(self._protocol, client, ssl=tls)
            except BaseException:
                client.close()
                raise


async def _peek(client: socket.socket) -> bytes:
    """Its first byte, which stays to be read."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()
    loop.add_reader(client, _set, readable)
    try:
        async with asyncio.timeout(_SILENCE_SECONDS):
            await readable
    finally:
        loop.remove_reader(client)
    return client.recv(1, socket.MSG_PEEK)


def _set(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)
