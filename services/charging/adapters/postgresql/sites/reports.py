"""What stations tell of vehicles and of limits from outside; see `ports.SiteReports`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

import msgspec

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.sites.plans import STATION_PERIODS, read_plans
from services.charging.application.ports import Planned
from services.charging.domain.smart_charging.outside import OutsideLimit
from services.charging.domain.smart_charging.plan import Step
from services.charging.domain.smart_charging.schedule import most_periods, schedule
from services.charging.domain.smart_charging.vehicle import Period, VehicleNeeds

_PLANNED: LiteralString = """
    select site_planning.site_id, exists (
        select from session
        where station_id = station.id and connector_id = %(evse)s and ended_at is null
    )
    from station left join site_planning on site_planning.site_id = station.site_id
    where station.id = %(station)s
"""
_TOLD: LiteralString = """
    select session.id, accepted_plan, (needs ->> 'most_periods')::integer,
"""
_OF_EVSE: LiteralString = """
    from session join session_profile on session_profile.session_id = session.id
    left join session_vehicle on session_vehicle.session_id = session.id
    where session.station_id = %(station)s and session.connector_id = %(evse)s
        and ended_at is null and accepted_plan is not null
"""
_NEED: LiteralString = """
    insert into vehicle_report (station_id, evse_id, needs, told_at)
    values (%(station)s, %(evse)s, %(document)s, %(at)s)
    on conflict (station_id, evse_id) do update set needs = excluded.needs,
        told_at = excluded.told_at, schedule = null, scheduled_at = null, fits = null
"""
_SCHEDULE: LiteralString = """
    insert into vehicle_report (station_id, evse_id, schedule, scheduled_at, fits)
    values (%(station)s, %(evse)s, %(document)s, %(at)s, %(fits)s)
    on conflict (station_id, evse_id) do update set schedule = excluded.schedule,
        scheduled_at = excluded.scheduled_at, fits = excluded.fits
"""
_LIMIT: LiteralString = """
    insert into outside_limit (station_id, evse_id, source, periods, told_at)
    values (%(station)s, %(evse)s, %(source)s, %(document)s, %(at)s)
    on conflict (station_id, evse_id, source) do update set periods = excluded.periods,
        told_at = excluded.told_at
"""
_CLEAR: LiteralString = """
    delete from outside_limit where station_id = %(station)s and source = %(source)s
        and (%(evse)s::integer is null or evse_id = %(evse)s)
"""


class PostgresSiteReports:
    """Each report is a row that the next one replaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def need(self, station_id: str, evse_id: int, needs: VehicleNeeds) -> Planned:
        """Keep what the vehicle at an EVSE wants; what the one before would draw is forgotten."""
        document = msgspec.json.encode(needs).decode()
        return await self._keep(
            _NEED,
            {"station": station_id, "evse": evse_id, "document": document, "at": needs.told_at},
        )

    async def offered(self, station_id: str, evse_id: int) -> Sequence[Step]:
        """What the vehicle at an EVSE may draw by the profile that its station took last."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                _TOLD + STATION_PERIODS + _OF_EVSE, {"station": station_id, "evse": evse_id}
            )
            row = await cursor.fetchone()
            if row is None:
                return ()
            session_id, number, of_vehicle, of_station = row
            plans = await read_plans(connection, [number])
            return schedule(plans[number], session_id, most_periods(of_station, of_vehicle))

    async def scheduled(
        self, station_id: str, evse_id: int, schedule: Sequence[Period], at: datetime, *, fits: bool
    ) -> None:
        """Keep what the vehicle at an EVSE will draw."""
        document = msgspec.json.encode(schedule).decode()
        whose = {"station": station_id, "evse": evse_id}
        await self._keep(_SCHEDULE, whose | {"document": document, "at": at, "fits": fits})

    async def limited(self, limit: OutsideLimit) -> Planned:
        """Keep a limit that somebody else has set."""
        return await self._keep(
            _LIMIT,
            {
                "station": limit.station_id,
                "evse": limit.evse_id,
                "source": limit.source,
                "document": msgspec.json.encode(limit.periods).decode(),
                "at": limit.told_at,
            },
        )

    async def cleared(self, station_id: str, evse_id: int | None, source: str) -> Planned:
        """Drop those of a source; at EVSE 0, the station's own, as when none is named, all."""
        whose = {"station": station_id, "evse": evse_id or None, "source": source}
        return await self._keep(_CLEAR, whose)

    async def _keep(self, statement: LiteralString, parameters: dict[str, Any]) -> Planned:
        async with self._database.transaction() as connection:
            await connection.execute(statement, parameters)
            cursor = await connection.execute(_PLANNED, parameters)
            site_id, has_session = await cursor.fetchone() or (None, False)
            return Planned(site_id, has_session)
