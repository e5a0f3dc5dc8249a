"""A charging station that speaks OCPP 1.6J."""

from datetime import datetime

from simulator import station
from simulator.charge import Charge
from simulator.connection import Payload, refuse
from simulator.ocpp16 import messages
from simulator.ocpp16.configuration import Configuration
from simulator.station import Transaction


class Station(station.Station):
    """OCPP 1.6, core profile."""

    VERSION = "ocpp1.6"
    BOOT = messages.BOOT

    def __init__(self, url: str, station_id: str, key: str) -> None:
        """As all stations."""
        super().__init__(url, station_id, key)
        self._configuration = Configuration()

    async def authorize(self, token: str) -> None:
        """``Authorize``."""
        await self.line.call("Authorize", {"idTag": token})

    async def plugged(self, charge: Charge) -> None:
        """``Preparing``."""
        await self._status(charge.connector, "Preparing", charge.started_at)

    async def start(self, charge: Charge) -> Transaction:
        """``StartTransaction``; its answer brings the id."""
        meter_wh = self.register_wh(charge.connector)
        started = await self.line.call("StartTransaction", messages.start(charge, meter_wh))
        await self._status(charge.connector, "Charging", charge.started_at)
        return Transaction(int(started["transactionId"]), charge, meter_wh)

    async def sample(self, transaction: Transaction, at: datetime, energy_wh: int) -> None:
        """``MeterValues``."""
        register = str(transaction.meter_start_wh + energy_wh)
        connector = transaction.charge.connector
        await self.line.call(
            "MeterValues", messages.meter_values(connector, int(transaction.id), at, register)
        )

    async def end(self, transaction: Transaction) -> None:
        """``StopTransaction``."""
        charge = transaction.charge
        await self._status(charge.connector, "Finishing", charge.ended_at)
        await self.line.call(
            "StopTransaction",
            messages.stop(int(transaction.id), charge, transaction.meter_stop_wh),
        )
        await self._status(charge.connector, "Available", charge.ended_at)

    async def answer(self, action: str, payload: Payload) -> Payload:
        """Remote starts and stops, and what it is set to; nothing else is known."""
        match action:
            case "GetConfiguration":
                return self._configuration.told(payload)
            case "ChangeConfiguration":
                return self._configuration.changed(payload)
            case "RemoteStartTransaction":
                done = self.begin_remotely(payload.get("connectorId", 1), payload["idTag"])
            case "RemoteStopTransaction":
                done = self.stop_remotely(payload["transactionId"])
            case _:
                return await refuse(action, payload)
        return {"status": "Accepted" if done else "Rejected"}

    async def _status(self, connector: int, state: str, at: datetime) -> None:
        await self.line.call("StatusNotification", messages.status(connector, state, at))
