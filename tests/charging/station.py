"""A station as raw as a test needs it: it says exactly what the test says."""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.charging.program import KEY, ChargingProgram, basic

NOW = datetime.now(UTC).replace(microsecond=0).isoformat()


class Station:
    """One station on one socket."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self._ids = itertools.count(1)
        self._calls: deque[Any] = deque()
        """Of the central system's, that came before an answer."""

    async def send(self, text: str | bytes) -> Any:
        """Send a frame, and return the next one that comes."""
        await self.websocket.send(text)
        return await self._next()

    async def receive(self) -> Any:
        """The next frame that no call of ours has taken."""
        return self._calls.popleft() if self._calls else await self._next()

    async def _next(self) -> Any:
        return json.loads(await asyncio.wait_for(self.websocket.recv(), 20))

    async def call(self, action: str, /, **payload: Any) -> dict[str, Any]:
        """The payload of the answer; fails on a CALLERROR."""
        kind, _, *rest = await self.try_call(action, **payload)
        assert kind == 3, rest
        answer: dict[str, Any] = rest[0]
        return answer

    async def try_call(self, action: str, /, **payload: Any) -> Any:
        """The answer's frame; calls that come before it, as of a plan, are left for `receive`."""
        answer = await self.send(json.dumps([2, f"m{next(self._ids)}", action, payload]))
        while answer[0] == 2:
            self._calls.append(answer)
            answer = await self._next()
        return answer

    async def start(self, uid: str = "CARD1", meter: int = 1000, at: str = NOW) -> int:
        answer = await self.call(
            "StartTransaction", connectorId=1, idTag=uid, meterStart=meter, timestamp=at
        )
        transaction_id: int = answer["transactionId"]
        return transaction_id

    async def stop(self, transaction_id: int, meter: int, at: str = NOW) -> dict[str, Any]:
        return await self.call(
            "StopTransaction", transactionId=transaction_id, meterStop=meter, timestamp=at
        )

    async def meter(self, transaction_id: int, value: str, unit: str = "Wh") -> None:
        values = [{"timestamp": NOW, "sampledValue": [{"value": value, "unit": unit}]}]
        await self.call(
            "MeterValues", connectorId=1, transactionId=transaction_id, meterValue=values
        )


@asynccontextmanager
async def connected(
    program: ChargingProgram, station_id: str, key: str = KEY, version: str = "ocpp1.6"
) -> AsyncIterator[Station]:
    async with connect(
        program.station_url(station_id),
        subprotocols=[Subprotocol(version)],
        additional_headers=basic(station_id, key),
        compression=None,
    ) as websocket:
        yield Station(websocket)
