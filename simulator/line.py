"""A station's line to its central system, which heals by itself.

A station keeps trying what must not be lost: when the socket breaks, or the central system says
that it could not commit, the same message goes out again over a new connection, as section 4.3
of OCPP 1.6 ("transaction-related messages") asks of real ones.
"""

import asyncio

from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulator.connection import Answer, CallError, Connection, Payload

_RETRY_AFTER_S = (0.1, 0.3, 1, 2, 5, 5, 10, 10, 20, 20, 20)


class Line:
    """Connects when there is something to say, and boots the station on each new connection."""

    def __init__(
        self, url: str, station_id: str, key: str, answer: Answer, *, version: str, boot: Payload
    ) -> None:
        """`boot` is the payload of ``BootNotification``."""
        self._url = url
        self._station_id = station_id
        self._key = key
        self._answer = answer
        self._version = version
        self._boot = boot
        self._connection: Connection | None = None
        self.waits: list[float] = []
        """Seconds that each answer took, on every connection so far."""

    async def call(self, action: str, payload: Payload) -> Payload:
        """Send until it is answered; each time with a new message id.

        Raises `CallError` for what the central system will never take, and the last error when
        nothing helps.
        """
        for wait_s in (*_RETRY_AFTER_S, None):
            try:
                connection = await self.connected()
                return await connection.call(action, payload)
            except (ConnectionClosed, InvalidStatus, CallError, OSError, TimeoutError) as error:
                if wait_s is None or _final(error):
                    raise
                if not isinstance(error, CallError):
                    self._connection = None
                await asyncio.sleep(wait_s)
        raise AssertionError("the last attempt returns or raises")

    async def connected(self) -> Connection:
        """The connection, opened and booted if there is none; raises as `Connection.open` does."""
        if self._connection is None:
            self._connection = await self._open()
        return self._connection

    async def reconnected(self) -> Connection:
        """The older connection, which stays open: a newer one has taken its place."""
        older = await self.connected()
        self._connection = await self._open()
        return older

    async def close(self) -> None:
        """Hang up; the next call connects again."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    async def _open(self) -> Connection:
        connection = await Connection.open(
            self._url,
            self._station_id,
            self._key,
            self._answer,
            version=self._version,
            waits=self.waits,
        )
        boot = await connection.call("BootNotification", self._boot)
        if boot["status"] != "Accepted":
            await connection.close()
            raise ConnectionRefusedError(f"{self._station_id}: boot {boot['status']}")
        return connection


def _final(error: Exception) -> bool:
    """Whether trying again would get the same answer."""
    if isinstance(error, CallError):
        return error.code != "InternalError"
    return isinstance(error, InvalidStatus) and 400 <= error.response.status_code < 500
