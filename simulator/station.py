"""A charging station, in simulated time and as fast as it is answered: what all versions share."""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import ClassVar, Self

from simulator.charge import Charge
from simulator.connection import Payload
from simulator.line import Line

SAMPLE_INTERVAL = timedelta(minutes=15)
"""Between two meter values of a transaction."""

TransactionId = int | str
"""In OCPP 1.6 the central system gives a number, in 2.0.1 the station makes up a text."""


@dataclass
class Transaction:
    """A charge that the central system has heard of."""

    id: TransactionId
    charge: Charge
    meter_start_wh: int
    numbers: Iterator[int] = field(default_factory=itertools.count)
    """``seqNo`` of OCPP 2.0.1."""
    told_to_stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def meter_stop_wh(self) -> int:
        """The register when the charge ends."""
        return self.meter_start_wh + self.charge.energy_wh


class Station(ABC):
    """One station; use it as an async context manager, which connects and boots it."""

    VERSION: ClassVar[str]
    """The sub-protocol."""
    BOOT: ClassVar[Payload]

    def __init__(self, url: str, station_id: str, key: str) -> None:
        """`url` is the central system's, without the station's id: ``ws://host:port/ocpp``."""
        self.station_id = station_id
        self._at = url, station_id, key
        self.line = Line(url, station_id, key, self._answer, version=self.VERSION, boot=self.BOOT)
        self.is_silent = False
        """It never answers the central system's calls."""
        self._registers_wh: dict[int, int] = {}
        self._plugged: dict[int, Charge] = {}
        self._transactions: dict[TransactionId, Transaction] = {}
        self._begun: dict[int, asyncio.Future[Transaction]] = {}
        self._remote: dict[int, asyncio.Task[TransactionId]] = {}

    async def __aenter__(self) -> Self:
        await self.line.call("Heartbeat", {})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.line.close()

    def with_firmware(self, kind: type["Station"]) -> "Station":
        """The same machine in another version of OCPP: its meters go on."""
        other = kind(*self._at)
        other._registers_wh = self._registers_wh
        return other

    async def charge(self, charge: Charge) -> TransactionId:
        """Authorise, start, report and stop one transaction; returns its transaction id.

        The transaction is carried out even when the token is not accepted: so does a station
        that was offline when the driver came. What to make of it is the central system's part.
        """
        await self.authorize(charge.token)
        await self.plugged(charge)
        return await self._carry_out(charge)

    def already_charged(self, charge: Charge) -> None:
        """A charge of an earlier life of this station: its meter shows it, no message is sent."""
        self._registers_wh[charge.connector] = self.register_wh(charge.connector) + charge.energy_wh

    def plug_in(self, charge: Charge) -> None:
        """A car waits at the connector; a remote start begins this charge with its own token."""
        self._plugged[charge.connector] = charge

    async def remotely_started(self, connector: int) -> TransactionId:
        """Wait until a charge that a remote start asked for has begun; returns its transaction."""
        return (await self._begun[connector]).id

    async def remotely_stopped(self, connector: int) -> None:
        """Wait for the end of a charge that a remote start began."""
        await self._remote[connector]

    def register_wh(self, connector: int) -> int:
        """What the connector's meter shows."""
        return self._registers_wh.get(connector, 0)

    @abstractmethod
    async def authorize(self, token: str) -> None:
        """Ask whether a driver may charge."""

    @abstractmethod
    async def plugged(self, charge: Charge) -> None:
        """Tell that a car came."""

    @abstractmethod
    async def start(self, charge: Charge) -> Transaction:
        """Tell that a transaction begins."""

    @abstractmethod
    async def sample(self, transaction: Transaction, at: datetime, energy_wh: int) -> None:
        """Tell the meter's value, `energy_wh` after the start."""

    async def stop(self, transaction: Transaction) -> None:
        """Tell that a transaction is over, and that the connector is free."""
        await self.end(transaction)
        connector = transaction.charge.connector
        self._registers_wh[connector] = max(self.register_wh(connector), transaction.meter_stop_wh)

    @abstractmethod
    async def end(self, transaction: Transaction) -> None:
        """Say so in the words of the version."""

    @abstractmethod
    async def answer(self, action: str, payload: Payload) -> Payload:
        """Answer a call of the central system; raises `simulator.connection.CallError`."""

    def begin_remotely(self, connector: int, token: str) -> bool:
        """Begin what is plugged in, with the token of a remote start; false when nothing is."""
        charge = self._plugged.pop(connector, None)
        if charge is None:
            return False
        self._begun[connector] = asyncio.get_running_loop().create_future()
        charge = replace(charge, token=token)
        self._remote[connector] = asyncio.create_task(self._carry_out(charge))
        return True

    def stop_remotely(self, transaction_id: TransactionId) -> bool:
        """Let a charge that waits for it end; false when there is none."""
        transaction = self._transactions.get(transaction_id)
        if transaction is None or transaction.told_to_stop.is_set():
            return False
        transaction.told_to_stop.set()
        return True

    async def _carry_out(self, charge: Charge) -> TransactionId:
        transaction = await self.start(charge)
        self._transactions[transaction.id] = transaction
        begun = self._begun.get(charge.connector)
        if begun and not begun.done():
            begun.set_result(transaction)
        for moment, energy_wh in charge.readings(SAMPLE_INTERVAL):
            await self.sample(transaction, moment, energy_wh)
        if charge.until_remote_stop:
            await transaction.told_to_stop.wait()
        await self.stop(transaction)
        del self._transactions[transaction.id]
        return transaction.id

    async def _answer(self, action: str, payload: Payload) -> Payload:
        if self.is_silent:
            await asyncio.Event().wait()
        return await self.answer(action, payload)
