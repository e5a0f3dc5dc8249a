"""What stations told of vehicles, limits and profiles, in callers' scope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.scope import Scope
from services.charging.application.smart_charging.site_reports import (
    OutsideLimitView,
    ProfileView,
    VehicleView,
)
from services.charging.domain.ocpp201.smart_charging import ReportChargingProfiles

_VEHICLE: LiteralString = """
    select session_id, station_id, needs, schedule, scheduled_at, fits
    from session_vehicle join session on session.id = session_id where session_id = %(session)s
"""
_LIMITS: LiteralString = """
    select station_id, evse_id, source, told_at, periods from outside_limit
    where station_id = %(station)s order by evse_id, source
"""
# The parts of one report come within minutes, and request ids are used again.
_PROFILES: LiteralString = """
    , report as (
        select id, station_id, received, received_at, received::json ->> 'requestId' as request
        from notification where station_id = %(station)s and action = 'ReportChargingProfiles'
    ), newest as (select * from report order by id desc limit 1)
    select report.station_id, report.received, report.received_at
    from report join newest using (request)
    where report.received_at > newest.received_at - interval '5 minutes' order by report.id
"""


@dataclass(frozen=True, slots=True)
class _Report:
    station_id: str
    received: str
    received_at: datetime


class PostgresSiteReportViews:
    """See `services.charging.application.smart_charging.site_reports.SiteReportViews`."""

    def __init__(self, database: Database) -> None:
        self._reader = ScopedReader(database)

    async def vehicle(self, scope: Scope, session_id: UUID) -> VehicleView | None:
        """Of a session that goes on."""
        whose = {"session": session_id}
        found = await self._reader.read(scope, VehicleView, _VEHICLE, whose)
        return found[0] if found else None

    async def outside_limits(self, scope: Scope, station_id: str) -> Sequence[OutsideLimitView]:
        """Those that count."""
        return await self._reader.read(scope, OutsideLimitView, _LIMITS, {"station": station_id})

    async def profiles(self, scope: Scope, station_id: str) -> Sequence[ProfileView]:
        """By the newest report."""
        reports = await self._reader.read(scope, _Report, _PROFILES, {"station": station_id})
        return [profile for report in reports for profile in _profiles(report)]


def _profiles(report: _Report) -> Iterator[ProfileView]:
    told = msgspec.json.decode(report.received, type=ReportChargingProfiles)
    for profile in told.charging_profile:
        shown = msgspec.to_builtins(profile)
        source = told.charging_limit_source
        yield ProfileView(report.station_id, told.evse_id, source, report.received_at, shown)
