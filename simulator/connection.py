"""OCPP-J from the station's side: calls and answers over one WebSocket, of any version."""

import asyncio
import base64
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

Payload = dict[str, Any]
Answer = Callable[[str, Payload], Awaitable[Payload]]
"""Answers a call of the central system; raises `CallError` to refuse it."""

_CALL, _CALL_RESULT, _CALL_ERROR = 2, 3, 4


class CallError(Exception):
    """A CALLERROR (OCPP-J 1.6, section 4.2.3), received or to be sent."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


async def refuse(action: str, _payload: Payload) -> Payload:
    """The answer of a station that knows no calls."""
    raise CallError("NotImplemented", f"{action} is not known to this station")


class Connection:
    """One open connection. Calls wait for each other: one is outstanding at a time (section 4.1.1).

    Every method raises `websockets.exceptions.ConnectionClosed` once the socket is gone.
    """

    def __init__(
        self, socket: ClientConnection, answer: Answer = refuse, waits: list[float] | None = None
    ) -> None:
        """`waits` gets the seconds that each answer took."""
        self._socket = socket
        self._answer = answer
        self._waits = waits
        self.unexpected: list[Any] = []
        """Frames of the central system that answer no call, in order."""
        self._one_at_a_time = asyncio.Lock()
        self._outstanding: dict[str, tuple[float, asyncio.Future[Payload]]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls,
        url: str,
        station_id: str,
        key: str,
        answer: Answer = refuse,
        *,
        version: str = "ocpp1.6",
        waits: list[float] | None = None,
    ) -> Self:
        """Connect as `station_id` with security profile 1 (basic authentication).

        `version` is the sub-protocol to offer. Raises `websockets.exceptions.InvalidStatus` when
        the central system refuses.
        """
        credentials = base64.b64encode(f"{station_id}:{key}".encode()).decode()
        socket = await connect(
            f"{url}/{station_id}",
            subprotocols=[Subprotocol(version)],
            additional_headers={"Authorization": f"Basic {credentials}"},
            compression=None,
            open_timeout=60,
            ping_interval=None,
            proxy=None,
        )
        return cls(socket, answer, waits)

    async def call(self, action: str, payload: Payload, *, timeout_s: float = 60) -> Payload:
        """Send a CALL and wait for its CALLRESULT.

        Raises `CallError` for a CALLERROR and `TimeoutError` when no answer comes.
        """
        async with self._one_at_a_time, asyncio.timeout(timeout_s):
            return await (await self.post(action, payload))

    async def post(self, action: str, payload: Payload) -> "asyncio.Future[Payload]":
        """Send a CALL whatever is outstanding, which the standard forbids; its answer, later."""
        message_id = str(uuid.uuid4())
        future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda _: self._outstanding.pop(message_id, None))
        self._outstanding[message_id] = time.perf_counter(), future
        await self.send(json.dumps([_CALL, message_id, action, payload]))
        return future

    async def send(self, frame: str | bytes) -> None:
        """Send a WebSocket message, whatever is in it."""
        await self._socket.send(frame)

    async def close(self) -> None:
        """Close the socket politely; what is not answered by then never will be."""
        await self._socket.close()
        for answering in self._answering:
            answering.cancel()
        await asyncio.gather(self._reader, *self._answering, return_exceptions=True)

    async def closed(self) -> int | None:
        """Wait for the socket's end; the close code that the central system gave."""
        await self._socket.wait_closed()
        return self._socket.close_code

    def cut(self) -> None:
        """The network is gone: no word to the other side."""
        self._socket.transport.abort()

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                self._take(json.loads(frame))
        except ConnectionClosed:
            pass  # Whoever calls next, or waits for an answer, hears of it.
        finally:
            for _, future in list(self._outstanding.values()):
                if not future.done():
                    future.set_exception(ConnectionClosed(None, None))

    def _take(self, frame: list[Any]) -> None:
        if frame[0] == _CALL:
            task = asyncio.create_task(self._reply(*frame[1:4]))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
            return
        sent_at, future = self._outstanding.get(frame[1], (0.0, None))
        if future is None or future.done():
            self.unexpected.append(frame)
            return
        if self._waits is not None:
            self._waits.append(time.perf_counter() - sent_at)
        if frame[0] == _CALL_RESULT:
            future.set_result(frame[2])
        else:
            future.set_exception(CallError(frame[2], frame[3]))

    async def _reply(self, message_id: str, action: str, payload: Payload) -> None:
        try:
            answer = [_CALL_RESULT, message_id, await self._answer(action, payload)]
        except CallError as error:
            answer = [_CALL_ERROR, message_id, error.code, error.description, {}]
        await self.send(json.dumps(answer))
