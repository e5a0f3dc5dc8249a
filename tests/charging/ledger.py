"""The ledger in memory."""

import copy
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from contracts.events import SessionEvent
from services.charging.domain.metering import MeterReading
from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.quarantine import QuarantineRecord
from services.charging.domain.sessions import Session, Start, Stop
from services.charging.domain.tokens import Token


class FakeSessions:
    def __init__(self) -> None:
        self.by_identity: dict[str, Session] = {}
        self.unmatched: list[Stop] = []
        self.matched: list[tuple[Stop, Session]] = []

    async def started_by(self, identity: str) -> Session | None:
        return self.by_identity.get(identity)

    async def begin(
        self, start: Start, identity: str, started_at: datetime, status: AuthorizationStatus
    ) -> Session:
        assert identity not in self.by_identity
        session = Session(
            id=uuid4(),
            transaction_id=len(self.by_identity) + 1,
            station_id=start.station_id,
            site_id="depot",
            time_zone="Europe/Berlin",
            connector_id=start.connector_id,
            token_uid=start.token_uid,
            authorization=status,
            started_at=started_at,
            meter_start_wh=start.meter_start_wh,
        )
        self.by_identity[identity] = session
        return session

    async def of_transaction(self, station_id: str, transaction_id: int) -> Session | None:
        for session in self.by_identity.values():
            if (session.station_id, session.transaction_id) == (station_id, transaction_id):
                return session
        return None

    async def open_at(self, station_id: str) -> list[Session]:
        at_station = [s for s in self.by_identity.values() if s.station_id == station_id]
        still_open = [session for session in at_station if session.ending is None]
        return sorted(still_open, key=lambda session: session.started_at, reverse=True)

    async def end(self, session: Session) -> None:
        [identity] = [key for key, known in self.by_identity.items() if known.id == session.id]
        assert self.by_identity[identity].ending is None
        self.by_identity[identity] = session

    async def keep_unmatched(self, stop: Stop) -> bool:
        if any(
            _same(stop, kept) for kept in [*self.unmatched, *(kept for kept, _ in self.matched)]
        ):
            return False
        self.unmatched.append(stop)
        return True

    async def unmatched_at(self, station_id: str) -> list[Stop]:
        at_station = [stop for stop in self.unmatched if stop.station_id == station_id]
        return sorted(at_station, key=lambda stop: stop.said_at)

    async def match(self, stop: Stop, session: Session) -> None:
        self.unmatched = [kept for kept in self.unmatched if not _same(stop, kept)]
        self.matched.append((stop, session))


def _same(one: Stop, other: Stop) -> bool:
    return one == replace(
        other, received_at=one.received_at, token_uid=one.token_uid, reason=one.reason
    )


class FakeLedger:
    """Also all of a transaction's parts; an error puts everything back as it was."""

    def __init__(self, *tokens: Token) -> None:
        self.known = {token.uid: token for token in tokens}
        self.sessions = FakeSessions()
        self.events: list[SessionEvent] = []
        self.records: list[QuarantineRecord] = []
        self.readings: list[MeterReading] = []

    @property
    def tokens(self) -> "FakeTokens":
        return FakeTokens(self)

    @property
    def quarantine(self) -> "FakeQuarantine":
        return FakeQuarantine(self)

    @property
    def outbox(self) -> "FakeLedger":
        return self

    @property
    def meter_readings(self) -> "FakeMeterReadings":
        return FakeMeterReadings(self)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["FakeLedger"]:
        before = copy.deepcopy((self.sessions, self.events, self.records))
        try:
            yield self
        except BaseException:
            self.sessions, self.events, self.records = before
            raise

    async def put(self, event: SessionEvent) -> None:
        self.events.append(event)


class FakeTokens:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def get(self, uid: str) -> Token | None:
        return self._ledger.known.get(uid)


class FakeQuarantine:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def add(self, records: Sequence[QuarantineRecord]) -> None:
        self._ledger.records += records


class FakeMeterReadings:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def add(self, reading: MeterReading, oddities: Sequence[QuarantineRecord]) -> None:
        self._ledger.readings.append(reading)
        self._ledger.records += oddities
