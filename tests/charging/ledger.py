"""The ledger in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from contracts.events import SessionEvent
from services.charging.application.ports import Decide, Posting, Said, UnavailableError
from services.charging.domain.ledger import Known
from services.charging.domain.metering import MeterReading, Register
from services.charging.domain.notifications import Notification
from services.charging.domain.quarantine import QuarantineRecord
from services.charging.domain.sessions import Session, Start, Stop
from services.charging.domain.signed_metering.evidence import SignedValues
from services.charging.domain.signed_metering.meter_key import MeterKey
from services.charging.domain.stop_assignment import Assignment
from services.charging.domain.stop_matching import Matching, OpenSession
from services.charging.domain.tokens import Token
from services.charging.domain.transactions import TransactionReport


class FakeLedger:
    """Knows and keeps what one database would."""

    def __init__(self, *tokens: Token) -> None:
        self.known = {token.uid: token for token in tokens}
        self.sessions: dict[str, Session] = {}
        """By the identity of their start."""
        self.stops: list[tuple[Stop, Session | None]] = []
        """Those of unknown transactions, with the session they were matched with."""
        self.reports: list[TransactionReport] = []
        self.events: list[SessionEvent] = []
        self.records: list[QuarantineRecord] = []
        self.readings: list[MeterReading] = []
        self.told: list[Notification] = []
        self.signed: dict[str, list[bytes]] = {}
        """By transaction."""
        self.keys: list[MeterKey] = []
        self.connectors = 1
        """Of each station."""
        self.is_away = False

    @property
    def tokens(self) -> "FakeTokens":
        return FakeTokens(self)

    @property
    def quarantine(self) -> "FakeQuarantine":
        return FakeQuarantine(self)

    @property
    def notifications(self) -> "FakeNotifications":
        return FakeNotifications(self)

    @property
    def meter_readings(self) -> "FakeMeterReadings":
        return FakeMeterReadings(self)

    @property
    def signed_records(self) -> "FakeSignedRecords":
        return FakeSignedRecords(self)

    @property
    def unmatched(self) -> list[Stop]:
        return [stop for stop, session in self.stops if session is None]

    async def post(self, said: Said, decide: Decide) -> Posting:
        if self.is_away:
            raise UnavailableError
        posting = decide(self._known(said))
        entry = posting.entry
        if entry.begun_by:
            assert entry.session
            assert entry.begun_by not in self.sessions
            self.sessions[entry.begun_by] = entry.session
        if entry.ends:
            assert entry.session
            [identity] = [key for key, s in self.sessions.items() if s.id == entry.session.id]
            self.sessions[identity] = entry.session
        if entry.kept:
            self.stops.append((entry.kept, None))
        if entry.matched:
            self.stops.remove((entry.matched, None))
            self.stops.append((entry.matched, entry.session))
        if entry.is_placed or entry.is_paid:
            assert entry.session
            [identity] = [key for key, s in self.sessions.items() if s.id == entry.session.id]
            self.sessions[identity] = entry.session
        if entry.reported:
            self.reports.append(entry.reported)
        self.events += posting.events
        self.records += posting.oddities
        return posting

    def _known(self, said: Said) -> Known:
        at_station = [s for s in self.sessions.values() if s.station_id == said.station_id]
        place = Known(
            site_id="depot",
            time_zone="Europe/Berlin",
            token=self.known.get(said.token_uid or ""),
            session=None,
            connectors=self.connectors,
        )
        still_open = [self._open(one, at_station) for one in at_station if one.ending is None]
        waiting = [stop for stop in self.unmatched if stop.station_id == said.station_id]
        if isinstance(said, Assignment):
            named = [s for s in at_station if s.id == said.session_id]
            return replace(
                place,
                session=self.sessions.get(said.identity or "") or next(iter(named), None),
                free_transaction_id=len(self.sessions) + 1,
                unmatched=waiting,
                signed=SignedValues(self.signed.get(said.transaction or "", []), self.keys),
            )
        if isinstance(said, Matching):
            return replace(place, open=still_open, unmatched=waiting)
        if isinstance(said, Start):
            return replace(
                place,
                session=self.sessions.get(said.identity),
                free_transaction_id=len(self.sessions) + 1,
                open=still_open,
                unmatched=waiting,
            )
        if isinstance(said, TransactionReport):
            by_our_id = [
                one
                for one in at_station
                if one.transaction_id == said.transaction_id and said.may_be_of(one)
            ]
            assigned = [session for stop, session in self.stops if said.is_ended_by(stop)]
            found = [self.sessions.get(said.identity), *by_our_id, *assigned]
            session = next(filter(None, found), None)
            return replace(
                place,
                session=session,
                free_transaction_id=len(self.sessions) + 1,
                unmatched=waiting,
                reports=[report for report in self.reports if report.identity == said.identity],
                register=self._register(session) if session else None,
                signed=SignedValues(self.signed.get(said.station_transaction_id, []), self.keys),
            )
        of_id = [s for s in at_station if s.transaction_id == said.transaction_id]
        return replace(
            place,
            session=of_id[0] if of_id else None,
            is_kept=any(_same(said, stop) for stop, _ in self.stops),
            register=self._register(said),
            signed=SignedValues(self.signed.get(str(said.transaction_id), []), self.keys),
        )

    async def stations(self, received_before: datetime) -> Sequence[str]:
        return sorted({s.station_id for s in self.unmatched if s.received_at <= received_before})

    def _open(self, session: Session, others: Sequence[Session]) -> OpenSession:
        following = [
            other.started_at
            for other in others
            if other.connector_id == session.connector_id and other.started_at > session.started_at
        ]
        register = self._register(session)
        return OpenSession(
            session=session, register=register, followed_at=min(following, default=None)
        )

    def _register(self, stop: Stop | Session) -> Register | None:
        said = [
            Register(reading.measured_at, reading.register_wh)
            for reading in self.readings
            if reading.transaction_id == stop.transaction_id and reading.register_wh is not None
        ]
        return max(said, key=lambda register: register.measured_at, default=None)


def _same(one: Stop, other: Stop) -> bool:
    return one == replace(
        other, received_at=one.received_at, token_uid=one.token_uid, reason=one.reason
    )


class FakeTokens:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def get(self, uid: str, _station_id: str) -> Token | None:
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


class FakeSignedRecords:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def add(
        self, _station_id: str, transaction: str, records: Sequence[bytes], _at: datetime
    ) -> None:
        kept = self._ledger.signed.setdefault(transaction, [])
        kept += [record for record in records if record not in kept]


class FakeNotifications:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def add(self, notification: Notification) -> None:
        told = [one.identity for one in self._ledger.told if one.identity is not None]
        if notification.identity not in told:
            self._ledger.told.append(notification)
