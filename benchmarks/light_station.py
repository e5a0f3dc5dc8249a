"""A station that costs little, so that what is measured is the server.

A storm of the simulator's stations takes more CPU than the server that it is to measure: a
library's client checks, negotiates and waits for much that does not matter here. This one speaks as
much of RFC 6455 as a well-behaved server needs: no fragments, no extensions, short frames.
"""

import asyncio
import base64
import itertools
import time
from typing import Any, Self, cast
from urllib.parse import urlsplit

import msgspec

from simulator.connection import Payload

_HANDSHAKE = """\
GET {path}/{station_id} HTTP/1.1\r
Host: {host}\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Key: {nonce}\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Protocol: {version}\r
Authorization: Basic {credentials}\r
\r
"""
_NONCE = base64.b64encode(bytes(16)).decode()
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
"""First bytes of frames that are whole (RFC 6455, section 5.2)."""
_TWO_BYTES_OF_LENGTH = 126
_MASKED = 0x80
_MASK = bytes(4)
"""Changes nothing."""
_CALL, _CALL_RESULT = 2, 3


class LightStation(asyncio.Protocol):
    """One connection; one call at a time. Says yes to what the central system calls."""

    def __init__(self, handshake: bytes, waits: list[float]) -> None:
        self._handshake = handshake
        self._waits = waits
        self._transport: asyncio.WriteTransport
        self._received = b""
        self._is_open = False
        self._ids = map(str, itertools.count(1))
        self._called_at = 0.0
        loop = asyncio.get_running_loop()
        self._expected: asyncio.Future[Any] = loop.create_future()
        self._closed: asyncio.Future[None] = loop.create_future()

    @classmethod
    async def open(
        cls, url: str, station_id: str, key: str, *, version: str, waits: list[float]
    ) -> Self:
        """Connect with basic authentication; `waits` gets the seconds that each answer took."""
        address = urlsplit(url)
        handshake = _HANDSHAKE.format(
            path=address.path,
            station_id=station_id,
            host=address.netloc,
            nonce=_NONCE,
            version=version,
            credentials=base64.b64encode(f"{station_id}:{key}".encode()).decode(),
        )
        _, station = await asyncio.get_running_loop().create_connection(
            lambda: cls(handshake.encode(), waits), address.hostname or "", address.port or 80
        )
        await station._expected
        return station

    async def call(self, action: str, payload: Payload) -> Payload:
        """Send a CALL and wait for its CALLRESULT; anything else is a `ConnectionError`."""
        self._expected = asyncio.get_running_loop().create_future()
        self._called_at = time.perf_counter()
        self._say([_CALL, next(self._ids), action, payload])
        answer: Payload = await self._expected
        return answer

    async def close(self) -> None:
        """Hang up politely."""
        self._send(_CLOSE, b"")
        await self._closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport = cast(asyncio.WriteTransport, transport)
        self._transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        """Take what is whole."""
        self._received += data
        if not self._is_open:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self._expected.set_exception(ConnectionError(head.decode()))
                self._transport.abort()
                return
            self._is_open, self._received = True, rest
            self._expected.set_result(None)
        while frame := self._next_frame():
            self._take(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for an answer hears of it."""
        if not self._expected.done():
            self._expected.set_exception(exc or ConnectionError("the server has hung up"))
        self._closed.set_result(None)

    def _next_frame(self) -> tuple[int, bytes] | None:
        received = self._received
        begin = 4 if received[1:2] == bytes([_TWO_BYTES_OF_LENGTH]) else 2
        if len(received) < begin:
            return None
        end = begin + (int.from_bytes(received[2:4], "big") if begin == 4 else received[1])
        if len(received) < end:
            return None
        self._received = received[end:]
        return received[0], received[begin:end]

    def _take(self, kind: int, content: bytes) -> None:
        if kind == _TEXT:
            self._hear(msgspec.json.decode(content))
        elif kind == _PING:
            self._send(_PONG, content)
        elif kind == _CLOSE:
            self._transport.close()

    def _hear(self, frame: list[Any]) -> None:
        if frame[0] == _CALL:
            self._say([_CALL_RESULT, frame[1], {"status": "Accepted"}])
        elif frame[0] == _CALL_RESULT:
            self._answered(frame[2])
        else:
            self._expected.set_exception(ConnectionError(str(frame)))

    def _answered(self, payload: Payload) -> None:
        self._waits.append(time.perf_counter() - self._called_at)
        self._expected.set_result(payload)

    def _say(self, frame: list[Any]) -> None:
        self._send(_TEXT, msgspec.json.encode(frame))

    def _send(self, kind: int, content: bytes) -> None:
        size = len(content)
        if size < _TWO_BYTES_OF_LENGTH:
            head = bytes([kind, _MASKED | size])
        else:
            head = bytes([kind, _MASKED | _TWO_BYTES_OF_LENGTH]) + size.to_bytes(2, "big")
        self._transport.write(head + _MASK + content)


class EchoedStation(LightStation):
    """Takes its own call, come back, for an answer."""

    def _hear(self, frame: list[Any]) -> None:
        self._answered(frame[3])
