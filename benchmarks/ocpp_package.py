"""The peer: the server loop of the `ocpp` package, which checks every message and keeps none."""

# The package ships no types: neither its base class nor its decorators have any.
# mypy: disable-error-code="misc, untyped-decorator"

import asyncio
import itertools
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_ACCEPTED = {"status": "Accepted"}
_transaction_ids = itertools.count(1)


class Station(ChargePoint):
    """Says yes to what the benchmark's stations say."""

    @on("BootNotification")
    def boot(self, **_: Any) -> Any:
        """Accepted."""
        return call_result.BootNotification(_now(), 300, "Accepted")

    @on("Heartbeat")
    def heartbeat(self, **_: Any) -> Any:
        """The time."""
        return call_result.Heartbeat(_now())

    @on("StatusNotification")
    def status(self, **_: Any) -> Any:
        """Yes."""
        return call_result.StatusNotification()

    @on("StartTransaction")
    def start_transaction(self, **_: Any) -> Any:
        """Accepted, with a new id."""
        return call_result.StartTransaction(next(_transaction_ids), _ACCEPTED)

    @on("MeterValues")
    def meter_values(self, **_: Any) -> Any:
        """Yes."""
        return call_result.MeterValues()

    @on("StopTransaction")
    def stop_transaction(self, **_: Any) -> Any:
        """Yes."""
        return call_result.StopTransaction()


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def _connected(websocket: ServerConnection) -> None:
    station = Station("station", websocket)
    try:
        await station.start()
    except ConnectionClosed:
        return


async def main(port: int) -> None:
    """Until killed."""
    logging.getLogger("ocpp").setLevel(logging.ERROR)
    async with serve(
        _connected,
        "127.0.0.1",
        port,
        subprotocols=[Subprotocol("ocpp1.6")],
        compression=None,
        ping_interval=None,
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
