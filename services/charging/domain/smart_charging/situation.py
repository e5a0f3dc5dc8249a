"""A site at a moment: all that its next plan depends on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.charging.domain.smart_charging.demand import Demand, Reserve
from services.charging.domain.smart_charging.limits import Fuse, SiteLimits, Wiring
from services.charging.domain.smart_charging.plan import Plan, Step
from services.charging.domain.smart_charging.rate_unit import RateUnit
from services.charging.domain.smart_charging.schedule import (
    current,
    ends_at,
    most_periods,
    schedule,
)
from services.charging.domain.smart_charging.surplus import Surplus
from services.charging.domain.smart_charging.vehicle import FOREVER, VehicleNeeds

TRY_AGAIN_AFTER = timedelta(minutes=5)
"""A station that did not take its profile is left alone so long; what it may draw is kept free."""
UNPLACED = 0
"""A transaction may begin before its vehicle is at an EVSE (OCPP 2.0.1)."""
LOOK_AHEAD = timedelta(hours=1)
"""In which a station that said no is certainly told again, or known to be away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a driver, or an operator for the driver, says of a session."""

    departure_at: datetime | None = None
    wanted_wh: int | None = None
    """Counted from the session's begin."""
    priority: int = 0
    maximum_ma: int | None = None
    """What vehicle and cable bear, if less than the station."""
    phases: int = 3
    """That the vehicle loads."""
    prefers_solar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedStation:
    """A station of the site."""

    station_id: str
    connectors: int
    ocpp_version: str | None
    """That its connection speaks; None: it has none."""
    is_in_use: bool = True
    """Whether it was ever connected."""
    default_ma: int | None = None
    """What it said yes to, for transactions without a profile of their own."""
    default_refused_at: datetime | None = None
    """When it last did not say yes, if that came later."""
    rate_unit: RateUnit = RateUnit.AMPERES
    """Of the limits that it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that goes on."""

    session_id: UUID
    station_id: str
    connector_id: int
    """In OCPP 2.0.1 the EVSE's; `UNPLACED` until it is known."""
    transaction_id: int
    station_transaction_id: str | None = None
    """In OCPP 2.0.1."""
    begun_at: datetime
    metered_wh: int | None
    """By the latest meter value."""
    idle_from: datetime | None = None
    """From when on, for ten minutes at least, its meter has stood still until lately."""
    preferences: Preferences
    vehicle: VehicleNeeds | None = None
    """What the vehicle said by itself."""
    metered_before_wh: int = 0
    """By the meter when it did."""
    accepted: Plan | None = None
    """The plan out of which the station last took a profile for it."""
    refused_at: datetime | None = None
    """When the station last did not take one, if that came later."""
    doubtful_ma: int | None = None
    """The most of profiles that it was sent since, and of which it never said whether it took
    them."""
    station_periods: int | None = None
    """That the station takes in a schedule, if it told."""

    @property
    def most_periods(self) -> int:
        """Of the schedules that its station is told."""
        of_vehicle = self.vehicle.most_periods if self.vehicle else None
        return most_periods(self.station_periods, of_vehicle)

    @property
    def departure_at(self) -> datetime | None:
        """The driver's word counts before the vehicle's."""
        by_vehicle = self.vehicle.departure_at if self.vehicle else None
        return self.preferences.departure_at or by_vehicle

    @property
    def missing_wh(self) -> int | None:
        """What it still wants: by the driver's word, or else by the vehicle's."""
        wanted = self.preferences.wanted_wh
        if wanted is None and self.vehicle and self.vehicle.wanted_wh is not None:
            wanted = self.vehicle.wanted_wh + self.metered_before_wh
        return None if wanted is None else max(0, wanted - (self.metered_wh or 0))

    @property
    def told(self) -> Sequence[Step]:
        """What the station took last."""
        return () if self.accepted is None else self.of(self.accepted)

    def of(self, planned: Plan) -> Sequence[Step]:
        """What its station hears of a plan."""
        return schedule(planned, self.session_id, self.most_periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The site with its limits, its sessions and its sun."""

    site_id: str
    limits: SiteLimits
    stations: Sequence[ManagedStation]
    sessions: Sequence[OpenSession]
    surplus: Sequence[Surplus] = ()
    latest: Plan | None = None
    outside: Sequence[Fuse] = ()
    """Limits that others set at stations, as lines of their own."""

    @property
    def lines(self) -> SiteLimits:
        """The limits that the plan keeps: the site's own, and those from outside."""
        return replace(self.limits, fuses=(*self.limits.fuses, *self.outside))

    def demands(self, now: datetime) -> list[Demand]:
        """What the sessions want of the plan."""
        return [self._demand(session, now) for session in self.sessions]

    @property
    def reserves(self) -> list[Reserve]:
        """What stations out of reach may draw unseen: there, drivers begin by the local list."""
        seen = {(session.station_id, session.connector_id) for session in self.sessions}
        return [
            Reserve(
                station_id=station.station_id,
                connector_id=connector_id,
                phases=wiring.phases,
                held_ma=min(
                    wiring.maximum_ma if station.default_ma is None else station.default_ma,
                    wiring.maximum_ma,
                ),
            )
            for station in self.stations
            if station.ocpp_version is None and station.is_in_use
            for wiring in [self.limits.wiring(station.station_id)]
            for connector_id in range(1, station.connectors + 1)
            if (station.station_id, connector_id) not in seen
        ]

    def unplanned_ma(self, now: datetime) -> int:
        """What a connector may draw that no plan speaks of."""
        connectors = {station.station_id: station.connectors for station in self.stations}
        return self.limits.unplanned_ma(connectors, now)

    def in_force_ma(self, session: OpenSession, at: datetime) -> int:
        """What a session may draw by all that its station was told so far."""
        told = current(session.told, at)
        return self._unplanned_ma(session) if told is None else self._bounded(session, told)

    def held_ma(self, session: OpenSession, now: datetime) -> int:
        """The most that a session may draw before it can be told again: its steps go on."""
        moments = [now + number * LOOK_AHEAD / 4 for number in range(5)]
        if self.version_of(session) is None:
            # For how long? Unseen, it may end, too, and another begin by the local list.
            moments += [step.begins_at for step in session.told if step.begins_at > now]
            moments.append(FOREVER)
        return max(self.in_force_ma(session, at) for at in moments)

    def version_of(self, session: OpenSession) -> str | None:
        """Of OCPP, that its station speaks at present."""
        return self._station(session).ocpp_version

    def rate_unit_of(self, session: OpenSession) -> RateUnit:
        """Of the limits that its station takes."""
        return self._station(session).rate_unit

    def is_held(self, session: OpenSession, now: datetime) -> bool:
        """Whether its station cannot be told anything at present."""
        refused_at = session.refused_at
        refuses = refused_at is not None and now - refused_at < TRY_AGAIN_AFTER
        if refused_at is not None and session.vehicle is not None:
            # It waits for a schedule, and may not know of the earlier one.
            refuses = refuses and session.vehicle.told_at <= refused_at
        is_placed = session.connector_id != UNPLACED
        return refuses or not is_placed or self.version_of(session) is None

    def is_news(self, session: OpenSession, planned: Plan, now: datetime) -> bool:
        """Whether the station has to be told what is planned; it waits when its vehicle spoke."""
        vehicle, accepted = session.vehicle, session.accepted
        if vehicle and accepted and accepted.bounds[0] < vehicle.told_at:
            return True
        if session.doubtful_ma is not None:
            return True
        told, news = session.told, session.of(planned)
        moments = [at for at in planned.bounds if at < ends_at(now)]
        return any(current(told, at) != current(news, at) for at in moments)

    def _unplanned_ma(self, session: OpenSession) -> int:
        default_ma = self._station(session).default_ma
        most = self._wiring(session).maximum_ma
        return most if default_ma is None else self._bounded(session, default_ma)

    def _bounded(self, session: OpenSession, told_ma: int) -> int:
        return min(max(told_ma, session.doubtful_ma or 0), self._wiring(session).maximum_ma)

    def _station(self, session: OpenSession) -> ManagedStation:
        return next(s for s in self.stations if s.station_id == session.station_id)

    def _wiring(self, session: OpenSession) -> Wiring:
        return self.limits.wiring(session.station_id)

    def _demand(self, session: OpenSession, now: datetime) -> Demand:
        wish, wiring = session.preferences, self._wiring(session)
        charging, since = False, session.begun_at
        if self.latest is not None and session.session_id in self.latest.allotments:
            charging, since = self.latest.state(session.session_id, now)
        vehicle = session.vehicle or VehicleNeeds(told_at=session.begun_at)
        is_idle = charging and session.idle_from is not None and session.idle_from >= since
        is_away = self.version_of(session) is None
        bounds = (wiring.maximum_ma, wish.maximum_ma, vehicle.maximum_ma)
        most = min(bound for bound in bounds if bound is not None)
        return Demand(
            session_id=session.session_id,
            station_id=session.station_id,
            connector_id=session.connector_id,
            begun_at=session.begun_at,
            charging=charging,
            since=since,
            # Where nobody sees who charges, another vehicle may.
            phases=wiring.phases[: None if is_away else min(wish.phases, vehicle.phases)],
            minimum_ma=vehicle.minimum_ma,
            # A vehicle that took nothing is full, or will be: it may wake up, within its minimum.
            maximum_ma=min(vehicle.minimum_ma, most) if is_idle else most,
            priority=wish.priority,
            departure_at=session.departure_at,
            missing_wh=session.missing_wh,
            prefers_solar=wish.prefers_solar,
            is_idle=is_idle,
            held_ma=self.held_ma(session, now) if self.is_held(session, now) else None,
        )
