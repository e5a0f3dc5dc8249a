"""A site of stations that do what they hear, and no more than they hear: who draws what, and when.

Its vehicles draw all that they may. What `SitePlanning` believes of it is kept as PostgreSQL would.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.charging.application.ports import NoAnswerError, NotConnectedError
from services.charging.application.smart_charging.planning import SitePlanning
from services.charging.application.smart_charging.telling import StationTold, Telling
from services.charging.domain.ocpp_j.frames import CallError, CallResult
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.smart_charging.limits import Limit, SiteLimits
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.situation import (
    ManagedStation,
    OpenSession,
    Preferences,
    Situation,
)

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
BEARS = 32_000


class KilledError(BaseException):
    """The node is no more."""


@dataclass
class ModelledStation:
    """Of one connector."""

    mode: str = "Accepted"
    """How it answers profiles of sessions: ``deaf`` takes none, ``mute`` only does not say so."""
    is_connected: bool = True
    charges: bool = False
    default_ma: int | None = None
    schedule: dict[str, Any] | None = None

    def hear(self, request: dict[str, Any]) -> str:
        """Answer."""
        profile = request["csChargingProfiles"]
        if profile["chargingProfilePurpose"] == "TxDefaultProfile":
            [period] = profile["chargingSchedule"]["chargingSchedulePeriod"]
            self.default_ma = round(period["limit"] * 1000)
            return "Accepted"
        if self.mode in ("Accepted", "mute"):
            self.schedule = profile["chargingSchedule"]
        return self.mode

    def draws(self, at: datetime) -> int:
        """All that it may."""
        if not self.charges:
            return 0
        if self.schedule is not None:
            since = at - datetime.fromisoformat(self.schedule["startSchedule"])
            past = since.total_seconds()
            periods = [
                one
                for one in self.schedule["chargingSchedulePeriod"]
                if one["startPeriod"] <= past < self.schedule["duration"]
            ]
            if periods:
                amperes: float = periods[-1]["limit"]
                return round(amperes * 1000)
        return BEARS if self.default_ma is None else self.default_ma


@dataclass
class ModelledSite:
    """The stations, what is known of them, and the node that plans."""

    limit: int
    stations: dict[str, ModelledStation]
    now: datetime = NOW
    due_at: datetime = NOW
    calls_left: int | None = None
    """Before the node is killed."""
    claimed_until: datetime = NOW
    """By a node that was killed."""
    plans: list[Plan] = field(default_factory=list)
    sessions: dict[str, OpenSession] = field(default_factory=dict)
    defaults: dict[str, int] = field(default_factory=dict)
    begun: int = 0
    heard: int = 0
    """Profiles of sessions."""

    def begin(self, name: str, wish: Preferences | None = None) -> None:
        """A session that its station tells at once."""
        self.begun += 1
        self.stations[name].charges = True
        self.sessions[name] = OpenSession(
            session_id=UUID(int=self.begun),
            station_id=name,
            connector_id=1,
            transaction_id=self.begun,
            begun_at=self.now,
            metered_wh=None,
            preferences=wish or Preferences(),
        )

    def end(self, name: str) -> None:
        """A station forgets a session's profile with it."""
        self.stations[name].charges, self.stations[name].schedule = False, None
        self.sessions.pop(name, None)

    @property
    def load(self) -> int:
        """Of each phase."""
        return sum(station.draws(self.now) for station in self.stations.values())

    async def plan(self) -> None:
        """As the node does when the site is due, as often as it is due."""
        if self.now < self.claimed_until:
            return
        planning = SitePlanning(self, Telling(self), lambda: self.now)
        for _ in range(5):
            self.due_at = self.now + timedelta(days=1)
            try:
                await planning.plan("depot")
            except KilledError:
                self.due_at = self.claimed_until = self.now + timedelta(minutes=2)
                self.calls_left = None
            if self.due_at > self.now:
                return
        raise AssertionError("a plan after the other, and no end")

    # The book.

    async def due(self, site_ids: Sequence[str]) -> None: ...

    async def claim(self) -> str | None: ...

    async def situation(self, site_id: str) -> Situation:
        return Situation(
            site_id=site_id,
            limits=SiteLimits(Limit(self.limit, self.limit, self.limit)),
            stations=[
                ManagedStation(
                    station_id=name,
                    connectors=1,
                    ocpp_version="ocpp1.6" if station.is_connected else None,
                    default_ma=self.defaults.get(name),
                )
                for name, station in self.stations.items()
            ],
            sessions=list(self.sessions.values()),
            latest=self.plans[-1] if self.plans else None,
        )

    async def keep(self, _site_id: str, planned: Plan) -> int:
        self.plans.append(planned)
        return len(self.plans) - 1

    async def telling(self, most: Mapping[UUID, int]) -> None:
        for name, session in self.sessions.items():
            if session.session_id in most:
                doubt = max(session.doubtful_ma or 0, most[session.session_id])
                self.sessions[name] = replace(session, doubtful_ma=doubt)

    async def told(self, number: int, told: Sequence[StationTold]) -> None:
        if self.calls_left == 0:
            raise KilledError
        for one in told:
            if one.session_id is None:
                if one.default_ma is not None:
                    self.defaults[one.station_id] = one.default_ma
                continue
            session = replace(self.sessions[one.station_id], doubtful_ma=one.doubtful_ma)
            news: dict[str, Any] = {"refused_at": self.now}
            if one.accepted:
                news = {"refused_at": None, "accepted": self.plans[number]}
            self.sessions[one.station_id] = replace(session, **news)

    async def release(self, _site_id: str, due_at: datetime) -> None:
        self.due_at = min(self.due_at, due_at)

    # The gateway.

    async def call(
        self,
        station_id: str,
        _version: Version,
        _action: str,
        payload: bytes,
        *,
        call_id: UUID | None = None,
    ) -> CallResult | CallError:
        assert call_id is None
        if self.calls_left is not None:
            self.calls_left -= 1
            if self.calls_left < 0:
                raise KilledError
        station = self.stations[station_id]
        if not station.is_connected:
            raise NotConnectedError(station_id)
        request = json.loads(payload)
        self.heard += request["csChargingProfiles"]["chargingProfilePurpose"] == "TxProfile"
        answer = station.hear(request)
        if answer in ("deaf", "mute"):
            raise NoAnswerError(station_id)
        return CallResult("m1", json.dumps({"status": answer}).encode())
