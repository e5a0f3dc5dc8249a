"""A central system in memory."""

import json
from datetime import UTC, datetime
from typing import Any

from contracts.events import SessionEnded, SessionStarted
from services.charging.application.central_system import CentralSystem
from services.charging.application.routes import ocpp16_routes
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.status_notification import StatusNotification
from services.charging.domain.quarantine import Rule
from services.charging.domain.tokens import Token, TokenStatus
from tests.charging.ledger import FakeLedger

DAWN = datetime(2026, 3, 1, 6, tzinfo=UTC)


class FakeRegister:
    def __init__(self) -> None:
        self.reports: list[BootNotification | StatusNotification] = []

    async def booted(self, _station_id: str, boot: BootNotification, _at: datetime) -> None:
        self.reports.append(boot)

    async def status(self, _station_id: str, status: StatusNotification, _at: datetime) -> None:
        self.reports.append(status)


class Company:
    """A central system in memory, and a station that talks to it."""

    def __init__(self) -> None:
        self.ledger = FakeLedger(
            Token("CARD1", TokenStatus.ACCEPTED, "Ada"), Token("CARD2", TokenStatus.BLOCKED, "Bob")
        )
        self.register = FakeRegister()
        self.now = DAWN
        self._central_system = CentralSystem(
            routes=ocpp16_routes(
                tokens=self.ledger.tokens,
                register=self.register,
                ledger=self.ledger,
                readings=self.ledger.meter_readings,
                notifications=self.ledger.notifications,
                clock=lambda: self.now,
            ),
            quarantine=self.ledger.quarantine,
            clock=lambda: self.now,
        )

    async def call(self, action: str, **payload: Any) -> Any:
        answer = await self._central_system.answer("CP1", action, json.dumps(payload).encode())
        return json.loads(answer)

    async def start(self, at: datetime = DAWN, meter: int = 100, id_tag: str = "card1") -> int:
        answer = await self.call(
            "StartTransaction",
            connectorId=1,
            idTag=id_tag,
            meterStart=meter,
            timestamp=at.isoformat(),
        )
        transaction_id: int = answer["transactionId"]
        return transaction_id

    async def meter(self, transaction_id: int, at: datetime, value: str) -> None:
        sample = {"timestamp": at.isoformat(), "sampledValue": [{"value": value}]}
        await self.call(
            "MeterValues", connectorId=1, transactionId=transaction_id, meterValue=[sample]
        )

    async def stop(
        self, transaction_id: int, at: datetime = DAWN, meter: int = 100, **more: Any
    ) -> Any:
        return await self.call(
            "StopTransaction",
            transactionId=transaction_id,
            meterStop=meter,
            timestamp=at.isoformat(),
            **more,
        )

    @property
    def started(self) -> list[SessionStarted]:
        return [e.data for e in self.ledger.events if isinstance(e.data, SessionStarted)]

    @property
    def ended(self) -> list[SessionEnded]:
        return [e.data for e in self.ledger.events if isinstance(e.data, SessionEnded)]

    @property
    def rules(self) -> list[Rule]:
        return [record.finding.rule for record in self.ledger.records]
