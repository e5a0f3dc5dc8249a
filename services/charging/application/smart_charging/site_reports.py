"""What stations told of vehicles, limits from outside and profiles, as people see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.charging.application.scope import Scope
from services.charging.domain.smart_charging.vehicle import Period, VehicleNeeds


@dataclass(frozen=True, slots=True)
class VehicleView:
    """What the vehicle of a session that goes on said by itself (ISO 15118)."""

    session_id: UUID
    station_id: str
    needs: VehicleNeeds | None
    schedule: Sequence[Period] | None
    """What it will draw."""
    scheduled_at: datetime | None
    fits: bool | None
    """Whether that is no more than it was offered then."""


@dataclass(frozen=True, slots=True)
class OutsideLimitView:
    """A limit that somebody else has set; at EVSE 0 for the whole station."""

    station_id: str
    evse_id: int
    source: str
    told_at: datetime
    periods: Sequence[Period]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile that counts at a station, in its own words."""

    station_id: str
    evse_id: int
    source: str
    reported_at: datetime
    profile: Any


class SiteReportViews(Protocol):
    """Where they are kept. What is not in the caller's scope is not there."""

    async def vehicle(self, scope: Scope, session_id: UUID) -> VehicleView | None:
        """None when no vehicle said anything, or the session is over."""

    async def outside_limits(self, scope: Scope, station_id: str) -> Sequence[OutsideLimitView]:
        """Those that count."""

    async def profiles(self, scope: Scope, station_id: str) -> Sequence[ProfileView]:
        """By the newest report (``ReportChargingProfiles``)."""
