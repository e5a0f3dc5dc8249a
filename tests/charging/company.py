"""A central system in memory."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.events import SessionEnded, SessionStarted
from services.charging.application.central_systems import central_systems
from services.charging.application.ports import (
    CertificateStatuses,
    ContractCertificates,
    ContractTrust,
    Planned,
    PublishedTariff,
    Store,
)
from services.charging.application.stop_assignment import StopAssignments
from services.charging.application.stop_matching import MatchingLedger
from services.charging.domain.device_model import Monitor, Value
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.quarantine import Rule
from services.charging.domain.registration import Registration
from services.charging.domain.reservations import ReservationState
from services.charging.domain.smart_charging.outside import OutsideLimit
from services.charging.domain.smart_charging.plan import Step
from services.charging.domain.smart_charging.vehicle import Period, VehicleNeeds
from services.charging.domain.stations import ConnectorReport
from services.charging.domain.tokens import Token, TokenStatus
from tests.charging.ledger import FakeLedger

DAWN = datetime(2026, 3, 1, 6, tzinfo=UTC)
HEARD = DAWN + timedelta(days=30)
"""When all of it arrives, unless a test says otherwise: whatever is said of the day is past."""


async def learn_nothing(_station: str, _asked: Message, _answer: Message, _at: datetime) -> None:
    """From answers to commands."""


class FakeDeviceModels:
    def __init__(self) -> None:
        self.values: dict[tuple[tuple[str | int, ...], str], Value] = {}
        self.monitors: dict[int, Monitor] = {}
        self.is_inventoried = False

    async def tell(self, _station_id: str, values: Sequence[Value], _at: datetime) -> None:
        self.values |= {(value.place.key, value.attribute): value for value in values}

    async def watch(self, _station_id: str, monitors: Sequence[Monitor], _at: datetime) -> None:
        self.monitors |= {monitor.id: monitor for monitor in monitors}

    async def unwatch(self, _station_id: str, ids: Sequence[int]) -> None:
        for monitor_id in ids:
            self.monitors.pop(monitor_id, None)

    async def inventory(self, _station_id: str, *, holds: bool) -> None:
        self.is_inventoried = holds


class FakeRegister:
    def __init__(self) -> None:
        self.reports: list[Message | ConnectorReport] = []
        self.registration = Registration.ACCEPTED

    async def booted(self, _station_id: str, boot: Message, _at: datetime) -> Registration:
        self.reports.append(boot)
        return self.registration

    async def status(self, _station_id: str, status: ConnectorReport, _at: datetime) -> None:
        self.reports.append(status)


class FakeSites:
    """One site, planned or not, with a vehicle that is offered something."""

    def __init__(self) -> None:
        self.planned = Planned(None, has_session=False)
        self.offer: list[Step] = []
        self.needs: dict[int, VehicleNeeds] = {}
        self.taken: list[tuple[Sequence[Period], bool]] = []
        self.limits: list[OutsideLimit] = []

    async def need(self, _station_id: str, evse_id: int, needs: VehicleNeeds) -> Planned:
        self.needs[evse_id] = needs
        return self.planned

    async def offered(self, _station_id: str, _evse_id: int) -> list[Step]:
        return self.offer

    async def scheduled(
        self,
        _station_id: str,
        _evse_id: int,
        schedule: Sequence[Period],
        _at: datetime,
        *,
        fits: bool,
    ) -> None:
        self.taken.append((schedule, fits))

    async def limited(self, limit: OutsideLimit) -> Planned:
        self.limits.append(limit)
        return self.planned

    async def cleared(self, _station_id: str, evse_id: int | None, source: str) -> Planned:
        self.limits = [
            limit
            for limit in self.limits
            if limit.source != source or evse_id not in (None, limit.evse_id)
        ]
        return self.planned


class FakeTariffs:
    """One site, with a tariff or none."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self.published: PublishedTariff | None = None
        self.asked = 0

    async def in_force(self, _station_id: str, _at: datetime) -> PublishedTariff | None:
        self.asked += 1
        return self.published

    async def of_session(self, session_id: UUID) -> PublishedTariff | None:
        self.asked += 1
        assert any(one.id == session_id and one.ad_hoc for one in self._ledger.sessions.values())
        return self.published


class FakeReservations:
    def __init__(self) -> None:
        self.over: list[tuple[str, int, ReservationState, datetime]] = []

    async def ended(
        self, station_id: str, number: int, state: ReservationState, at: datetime
    ) -> None:
        self.over.append((station_id, number, state, at))


class Company:
    """A central system in memory, and a station that talks to it."""

    def __init__(
        self,
        statuses: CertificateStatuses | None = None,
        contracts: ContractCertificates | None = None,
        trust: ContractTrust | None = None,
    ) -> None:
        self.ledger = FakeLedger(
            Token("CARD1", TokenStatus.ACCEPTED, "Ada"), Token("CARD2", TokenStatus.BLOCKED, "Bob")
        )
        self.register = FakeRegister()
        self.device_models = FakeDeviceModels()
        self.sites = FakeSites()
        self.reservations = FakeReservations()
        self.tariffs = FakeTariffs(self.ledger)
        self.now = HEARD
        self.matching = MatchingLedger(self.ledger, self.ledger, lambda: self.now)
        self.assignments = StopAssignments(self.matching, lambda: self.now)
        self.store = Store(
            tokens=self.ledger.tokens,
            tariffs=self.tariffs,
            register=self.register,
            ledger=self.matching,
            readings=self.ledger.meter_readings,
            signed=self.ledger.signed_records,
            notifications=self.ledger.notifications,
            device_models=self.device_models,
            sites=self.sites,
            reservations=self.reservations,
            quarantine=self.ledger.quarantine,
            statuses=statuses,
            contracts=contracts,
            trust=trust,
        )
        self.central_systems = {
            system.version.name: system for system in central_systems(self.store, lambda: self.now)
        }

    async def call(self, action: str, **payload: Any) -> Any:
        return await self.call_in("ocpp1.6", action, payload)

    async def call_in(self, version: str, action: str, payload: dict[str, Any]) -> Any:
        central_system = self.central_systems[version]
        answer = await central_system.answer("CP1", action, json.dumps(payload).encode())
        return json.loads(answer)

    async def start(
        self, at: datetime = DAWN, meter: int = 100, id_tag: str = "card1", connector: int = 1
    ) -> int:
        answer = await self.call(
            "StartTransaction",
            connectorId=connector,
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
