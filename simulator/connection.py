"""OCPP-J 1.6 from the station's side: calls and answers over one WebSocket."""

import asyncio
import base64
import json
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


class Connection:
    """One open connection. Calls wait for each other: one is outstanding at a time (section 4.1.1).

    Every method raises `websockets.exceptions.ConnectionClosed` once the socket is gone.
    """

    def __init__(self, socket: ClientConnection, answer: Answer) -> None:
        self._socket = socket
        self._answer = answer
        self._one_at_a_time = asyncio.Lock()
        self._outstanding: tuple[str, asyncio.Future[Payload]] | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str, station_id: str, key: str, answer: Answer) -> Self:
        """Connect as `station_id` with security profile 1 (basic authentication).

        Raises `websockets.exceptions.InvalidStatus` when the central system refuses.
        """
        credentials = base64.b64encode(f"{station_id}:{key}".encode()).decode()
        socket = await connect(
            f"{url}/{station_id}",
            subprotocols=[Subprotocol("ocpp1.6")],
            additional_headers={"Authorization": f"Basic {credentials}"},
            compression=None,
            open_timeout=60,
            ping_interval=None,
            proxy=None,
        )
        return cls(socket, answer)

    async def call(self, action: str, payload: Payload, *, timeout_s: float = 60) -> Payload:
        """Send a CALL and wait for its CALLRESULT.

        Raises `CallError` for a CALLERROR and `TimeoutError` when no answer comes.
        """
        async with self._one_at_a_time:
            message_id = str(uuid.uuid4())
            future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
            self._outstanding = (message_id, future)
            try:
                await self._socket.send(json.dumps([_CALL, message_id, action, payload]))
                async with asyncio.timeout(timeout_s):
                    return await future
            finally:
                self._outstanding = None

    async def close(self) -> None:
        """Close the socket politely and end the reader."""
        await self._socket.close()
        await asyncio.gather(self._reader, *self._answering, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                self._take(json.loads(frame))
        except ConnectionClosed:
            pass  # Whoever calls next, or waits for an answer, hears of it.
        finally:
            if self._outstanding and not self._outstanding[1].done():
                self._outstanding[1].set_exception(ConnectionClosed(None, None))

    def _take(self, frame: list[Any]) -> None:
        if frame[0] == _CALL:
            task = asyncio.create_task(self._reply(*frame[1:4]))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
            return
        if self._outstanding is None or self._outstanding[0] != frame[1]:
            return  # An answer to a call that was given up (section 4.1.1).
        future = self._outstanding[1]
        if future.done():
            return
        if frame[0] == _CALL_RESULT:
            future.set_result(frame[2])
        else:
            future.set_exception(CallError(frame[2], frame[3]))

    async def _reply(self, message_id: str, action: str, payload: Payload) -> None:
        try:
            answer = [_CALL_RESULT, message_id, await self._answer(action, payload)]
        except CallError as error:
            answer = [_CALL_ERROR, message_id, error.code, error.description, {}]
        await self._socket.send(json.dumps(answer))
