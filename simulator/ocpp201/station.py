"""A charging station that speaks OCPP 2.0.1."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from websockets.exceptions import ConnectionClosed

from simulator import station
from simulator.charge import Charge
from simulator.connection import CallError, Payload, refuse
from simulator.ocpp201 import messages
from simulator.ocpp201.device_model import DeviceModel
from simulator.ocpp201.display import Display
from simulator.station import Transaction


class Station(station.Station):
    """OCPP 2.0.1: authorisation, transactions, availability and remote control."""

    VERSION = "ocpp2.0.1"
    BOOT = messages.BOOT

    def __init__(self, url: str, station_id: str, key: str) -> None:
        """As all stations."""
        super().__init__(url, station_id, key)
        self._asked_for: dict[int, int] = {}
        """By EVSE: the ``remoteStartId`` that its next transaction is to name."""
        self._device_model = DeviceModel()
        self.display = Display()
        self._reporting: set[asyncio.Task[None]] = set()

    async def authorize(self, token: str) -> None:
        """``Authorize``."""
        self.display.show(await self.line.call("Authorize", messages.authorize(token)))

    async def plugged(self, charge: Charge) -> None:
        """``Occupied``."""
        await self._status(charge.connector, "Occupied", charge.started_at)

    async def start(self, charge: Charge) -> Transaction:
        """``Started``, with an id that the station makes up."""
        transaction_id = str(uuid.uuid4())
        transaction = Transaction(transaction_id, charge, self.register_wh(charge.connector))
        number = next(transaction.numbers)
        await self._event(
            messages.started(
                transaction_id,
                number,
                charge,
                transaction.meter_start_wh,
                self._asked_for.pop(charge.connector, None),
            )
        )
        return transaction

    async def sample(self, transaction: Transaction, at: datetime, energy_wh: int) -> None:
        """``Updated``."""
        number = next(transaction.numbers)
        register = transaction.meter_start_wh + energy_wh
        await self._event(
            messages.updated(str(transaction.id), number, transaction.charge, at, register)
        )

    async def end(self, transaction: Transaction) -> None:
        """``Ended``."""
        charge, number = transaction.charge, next(transaction.numbers)
        await self._event(
            messages.ended(str(transaction.id), number, charge, transaction.meter_stop_wh)
        )
        await self._status(charge.connector, "Available", charge.ended_at)

    async def answer(self, action: str, payload: Payload) -> Payload:
        """Remote starts and stops, costs, and its device model; nothing else is known."""
        match action:
            case "GetBaseReport":
                return self._report(payload)
            case "GetVariables":
                return self._device_model.told(payload)
            case "SetVariables":
                return self._device_model.changed(payload)
            case "RequestStartTransaction":
                evse = payload.get("evseId", 1)
                done = self.begin_remotely(evse, payload["idToken"]["idToken"])
                if done:
                    self._asked_for[evse] = payload["remoteStartId"]
            case "CostUpdated":
                self.display.cost(payload["transactionId"], payload["totalCost"])
                return {}
            case "RequestStopTransaction":
                done = self.stop_remotely(payload["transactionId"])
            case _:
                return await refuse(action, payload)
        return {"status": "Accepted" if done else "Rejected"}

    def _report(self, asked: Payload) -> Payload:
        parts = self._device_model.reports(asked, datetime.now(UTC))
        if not parts:
            return {"status": "NotSupported"}
        reporting = asyncio.create_task(self._tell(parts))
        self._reporting.add(reporting)
        reporting.add_done_callback(self._reporting.discard)
        return {"status": "Accepted"}

    async def _tell(self, parts: Sequence[Payload]) -> None:
        """Over this connection, or never: whoever still wants to know asks again."""
        with suppress(ConnectionClosed, CallError, OSError, TimeoutError):
            connection = await self.line.connected()
            for part in parts:
                await connection.call("NotifyReport", part)

    async def _event(self, payload: Payload) -> None:
        answer = await self.line.call("TransactionEvent", payload)
        self.display.show(answer, payload["transactionInfo"]["transactionId"])

    async def _status(self, evse: int, state: str, at: datetime) -> None:
        await self.line.call("StatusNotification", messages.status(evse, state, at))
