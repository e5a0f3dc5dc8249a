"""The peer: the server loop of the `ocpp` package, which checks every message and keeps none.

In both versions.
"""

# The package ships no types: neither its base class nor its decorators have any.
# mypy: disable-error-code="misc, untyped-decorator"

import asyncio
import itertools
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from ocpp import v16, v201
from ocpp.routing import on
from ocpp.v16 import call_result as answers16
from ocpp.v201 import call_result as answers201
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from benchmarks.ocpp_echo import ARRIVING_AT_ONCE

_ACCEPTED = {"status": "Accepted"}
_transaction_ids = itertools.count(1)


class Station16(v16.ChargePoint):
    """Says yes to what the benchmark's stations say."""

    @on("BootNotification")
    def boot(self, **_: Any) -> Any:
        """Accepted."""
        return answers16.BootNotification(_now(), 300, "Accepted")

    @on("Heartbeat")
    def heartbeat(self, **_: Any) -> Any:
        """The time."""
        return answers16.Heartbeat(_now())

    @on("StatusNotification")
    def status(self, **_: Any) -> Any:
        """Yes."""
        return answers16.StatusNotification()

    @on("StartTransaction")
    def start_transaction(self, **_: Any) -> Any:
        """Accepted, with a new id."""
        return answers16.StartTransaction(next(_transaction_ids), _ACCEPTED)

    @on("MeterValues")
    def meter_values(self, **_: Any) -> Any:
        """Yes."""
        return answers16.MeterValues()

    @on("StopTransaction")
    def stop_transaction(self, **_: Any) -> Any:
        """Yes."""
        return answers16.StopTransaction()


class Station201(v201.ChargePoint):
    """The same in OCPP 2.0.1."""

    @on("BootNotification")
    def boot(self, **_: Any) -> Any:
        """Accepted."""
        return answers201.BootNotification(_now(), 300, "Accepted")

    @on("Heartbeat")
    def heartbeat(self, **_: Any) -> Any:
        """The time."""
        return answers201.Heartbeat(_now())

    @on("StatusNotification")
    def status(self, **_: Any) -> Any:
        """Yes."""
        return answers201.StatusNotification()

    @on("TransactionEvent")
    def transaction_event(self, **_: Any) -> Any:
        """Accepted."""
        return answers201.TransactionEvent(id_token_info=_ACCEPTED)

    @on("MeterValues")
    def meter_values(self, **_: Any) -> Any:
        """Yes."""
        return answers201.MeterValues()


_STATIONS: dict[str, Any] = {"ocpp1.6": Station16, "ocpp2.0.1": Station201}


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def _connected(websocket: ServerConnection) -> None:
    station = _STATIONS[websocket.subprotocol or ""]("station", websocket)
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
        subprotocols=[Subprotocol(name) for name in _STATIONS],
        compression=None,
        ping_interval=None,
        backlog=ARRIVING_AT_ONCE,
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
