"""A charging station that speaks OCPP 1.6J, in simulated time and as fast as it is answered.

A station keeps trying what must not be lost: when the socket breaks, or the central system says
that it could not commit, the same message goes out again over a new connection, as section 4.3
of OCPP 1.6 ("transaction-related messages") asks of real ones.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulator.charge import Charge
from simulator.connection import CallError, Connection, Payload

SAMPLE_INTERVAL = timedelta(minutes=15)
"""``MeterValueSampleInterval`` of these stations."""

_RETRY_AFTER_S = (0.1, 0.3, 1, 2, 5, 5, 10, 10, 20, 20, 20)


class Station:
    """One station; use it as an async context manager, which connects and boots it."""

    def __init__(self, url: str, station_id: str, key: str) -> None:
        """`url` is the central system's, without the station's id: ``ws://host:port/ocpp``."""
        self.station_id = station_id
        self._url = url
        self._key = key
        self._connection: Connection | None = None
        self._registers_wh: dict[int, int] = {}
        self._plugged: dict[int, Charge] = {}
        self._remote: dict[int, asyncio.Task[int]] = {}
        self._begun: dict[int, asyncio.Future[int]] = {}
        self._told_to_stop: dict[int, asyncio.Event] = {}

    async def __aenter__(self) -> Self:
        await self._call("Heartbeat", {})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._connection:
            await self._connection.close()

    async def charge(self, charge: Charge) -> int:
        """Authorise, start, report and stop one transaction; returns its transaction id.

        The transaction is carried out even when the token is not accepted: so does a station
        that was offline when the driver came. What to make of it is the central system's part.
        """
        await self._call("Authorize", {"idTag": charge.token})
        await self._status(charge.connector, "Preparing", charge.started_at)
        return await self._transaction(charge)

    def already_charged(self, charge: Charge) -> None:
        """A charge of an earlier life of this station: its meter shows it, no message is sent."""
        self._count(charge.connector, charge.energy_wh)

    def plug_in(self, charge: Charge) -> None:
        """A car waits at the connector; a remote start begins this charge with its own token."""
        self._plugged[charge.connector] = charge

    async def remotely_started(self, connector: int) -> int:
        """Wait until a charge that a remote start asked for has begun; returns its transaction."""
        return await self._begun[connector]

    async def remotely_stopped(self, connector: int) -> None:
        """Wait for the end of a charge that a remote start began."""
        await self._remote[connector]

    async def _transaction(self, charge: Charge) -> int:
        connector = charge.connector
        meter_start = self._registers_wh.get(connector, 0)
        started = await self._call(
            "StartTransaction",
            {
                "connectorId": connector,
                "idTag": charge.token,
                "meterStart": meter_start,
                "timestamp": _timestamp(charge.started_at),
            },
        )
        transaction_id = int(started["transactionId"])
        self._told_to_stop[transaction_id] = asyncio.Event()
        if connector in self._begun:
            self._begun[connector].set_result(transaction_id)
        await self._status(connector, "Charging", charge.started_at)
        for moment, energy_wh in charge.readings(SAMPLE_INTERVAL):
            await self._call(
                "MeterValues",
                {
                    "connectorId": connector,
                    "transactionId": transaction_id,
                    "meterValue": [_meter_value(moment, meter_start + energy_wh)],
                },
            )
        if charge.until_remote_stop:
            await self._told_to_stop[transaction_id].wait()
        await self._status(connector, "Finishing", charge.ended_at)
        await self._call(
            "StopTransaction",
            {
                "transactionId": transaction_id,
                "idTag": charge.token,
                "meterStop": meter_start + charge.energy_wh,
                "timestamp": _timestamp(charge.ended_at),
                "reason": charge.stop_reason,
            },
        )
        self._count(connector, charge.energy_wh)
        await self._status(connector, "Available", charge.ended_at)
        return transaction_id

    def _count(self, connector: int, energy_wh: int) -> None:
        self._registers_wh[connector] = self._registers_wh.get(connector, 0) + energy_wh

    async def _status(self, connector: int, status: str, moment: datetime) -> None:
        await self._call(
            "StatusNotification",
            {
                "connectorId": connector,
                "errorCode": "NoError",
                "status": status,
                "timestamp": _timestamp(moment),
            },
        )

    async def _call(self, action: str, payload: Payload) -> Payload:
        for wait_s in (*_RETRY_AFTER_S, None):
            try:
                connection = await self._connected()
                return await connection.call(action, payload)
            except (ConnectionClosed, InvalidStatus, CallError, OSError, TimeoutError) as error:
                if wait_s is None or _final(error):
                    raise
                if not isinstance(error, CallError):
                    self._connection = None
                await asyncio.sleep(wait_s)
        raise AssertionError("the last attempt returns or raises")

    async def _connected(self) -> Connection:
        if self._connection is None:
            connection = await Connection.open(self._url, self.station_id, self._key, self._answer)
            boot = await connection.call(
                "BootNotification",
                {"chargePointVendor": "Fleetcharge", "chargePointModel": "Simulator"},
            )
            if boot["status"] != "Accepted":
                await connection.close()
                raise ConnectionRefusedError(f"{self.station_id}: boot {boot['status']}")
            self._connection = connection
        return self._connection

    async def _answer(self, action: str, payload: Payload) -> Payload:
        match action:
            case "RemoteStartTransaction":
                charge = self._plugged.pop(payload.get("connectorId", 1), None)
                if charge is None:
                    return {"status": "Rejected"}
                charge = replace(charge, token=payload["idTag"])
                self._begun[charge.connector] = asyncio.get_running_loop().create_future()
                self._remote[charge.connector] = asyncio.create_task(self._transaction(charge))
                return {"status": "Accepted"}
            case "RemoteStopTransaction":
                told = self._told_to_stop.get(payload["transactionId"])
                if told is None or told.is_set():
                    return {"status": "Rejected"}
                told.set()
                return {"status": "Accepted"}
            case _:
                raise CallError("NotImplemented", f"{action} is not known to this station")


def _final(error: Exception) -> bool:
    """Whether trying again would get the same answer."""
    if isinstance(error, CallError):
        return error.code != "InternalError"
    return isinstance(error, InvalidStatus) and 400 <= error.response.status_code < 500


def _meter_value(moment: datetime, register_wh: int) -> Payload:
    return {
        "timestamp": _timestamp(moment),
        "sampledValue": [
            {
                "value": str(register_wh),
                "context": "Sample.Periodic",
                "measurand": "Energy.Active.Import.Register",
                "unit": "Wh",
            }
        ],
    }


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
