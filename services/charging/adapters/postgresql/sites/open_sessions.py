"""Sessions of a site that go on, as its plan sees them."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import msgspec

from services.charging.adapters.postgresql.sites.plans import STATION_PERIODS
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.situation import OpenSession, Preferences
from services.charging.domain.smart_charging.vehicle import VehicleNeeds

_SELECT: LiteralString = """
    select session.id, session.station_id, connector_id, transaction_id, started_at,
        (
            select greatest(0, register_wh - meter_start_wh) from meter_reading
            where meter_reading.transaction_id = session.transaction_id
                and meter_reading.station_id = session.station_id and register_wh is not null
            order by measured_at desc limit 1
        ), document::text, accepted_plan, refused_at, station_transaction_id, needs::text,
        (
            select greatest(0, register_wh - meter_start_wh) from meter_reading
            where meter_reading.transaction_id = session.transaction_id
                and meter_reading.station_id = session.station_id and register_wh is not null
                and measured_at <= told_at
            order by measured_at desc limit 1
        ), doubtful_ma, (
            select earlier.measured_at
            from (
                select measured_at, register_wh from meter_reading
                where meter_reading.transaction_id = session.transaction_id
                    and meter_reading.station_id = session.station_id and register_wh is not null
                order by measured_at desc limit 1
            ) as latest cross join lateral (
                select measured_at, register_wh from meter_reading
                where meter_reading.transaction_id = session.transaction_id
                    and meter_reading.station_id = session.station_id and register_wh is not null
                    and measured_at <= latest.measured_at - interval '10 minutes'
                order by measured_at desc limit 1
            ) as earlier
            where earlier.register_wh = latest.register_wh
                and latest.measured_at > now() - interval '20 minutes'
        ),
"""
_FROM: LiteralString = """
    from session
    join station on station.id = session.station_id
    left join session_preferences on session_preferences.session_id = session.id
    left join session_vehicle on session_vehicle.session_id = session.id
    left join session_profile on session_profile.session_id = session.id
    where ended_at is null and session.site_id = %s and station.site_id = session.site_id
        -- Its stop was lost, or is on its way: it draws nothing any more.
        and not exists (
            select from session later
            where later.station_id = session.station_id
                and later.transaction_id > session.transaction_id
                and later.connector_id = session.connector_id and session.connector_id > 0
                and later.started_at >= session.started_at
        )
        -- So does one whose station says since that nobody is there; some never say that somebody
        -- is, and their clocks may be late.
        and not exists (
            select from connector_status as seen
            where seen.station_id = session.station_id and session.connector_id > 0
                and session.connector_id = case
                    when error_code is null then seen.evse_id else seen.connector_id end
            having bool_and(status in ('Available', 'Unavailable'))
                and bool_or(status = 'Available')
                and min(reported_at) > started_at + interval '5 minutes'
                and min(reported_at) > all (
                    select measured_at from meter_reading
                    where meter_reading.transaction_id = session.transaction_id
                        and meter_reading.station_id = session.station_id
                    order by measured_at desc limit 1
                )
        )
    order by session.id
"""
OPEN_SESSIONS: LiteralString = _SELECT + STATION_PERIODS + _FROM


def open_session(row: Sequence[Any], plans: Mapping[int, Plan]) -> OpenSession:
    """A row of `OPEN_SESSIONS`; `plans`: by number, among them what stations took."""
    document = row[6]
    return OpenSession(
        session_id=row[0],
        station_id=row[1],
        connector_id=row[2],
        transaction_id=row[3],
        station_transaction_id=row[9],
        begun_at=row[4],
        metered_wh=row[5],
        preferences=msgspec.json.decode(document, type=Preferences) if document else Preferences(),
        vehicle=msgspec.json.decode(row[10], type=VehicleNeeds) if row[10] else None,
        metered_before_wh=row[11] or 0,
        accepted=plans.get(row[7]),
        refused_at=row[8],
        doubtful_ma=row[12],
        idle_from=row[13],
        station_periods=row[14],
    )
