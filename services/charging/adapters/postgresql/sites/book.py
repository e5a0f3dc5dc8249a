"""Sites to be planned; see `services.charging.application.smart_charging.planning.SiteBook`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.sites.due import PROFILES_FORGOTTEN, SITES_DUE
from services.charging.adapters.postgresql.sites.open_sessions import OPEN_SESSIONS, open_session
from services.charging.adapters.postgresql.sites.plans import keep_plan, read_plans
from services.charging.application.smart_charging.telling import StationTold
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.smart_charging.limits import SiteLimits
from services.charging.domain.smart_charging.outside import OutsideLimit
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.rate_unit import rate_unit
from services.charging.domain.smart_charging.situation import ManagedStation, Situation
from services.charging.domain.smart_charging.surplus import Surplus
from services.charging.domain.smart_charging.vehicle import Period

_LIMITS: LiteralString = """
    select document::text from site_limits where site_id = %s order by version desc limit 1
"""
_STATIONS: LiteralString = """
    select station.id, connectors, live_connection.ocpp_version,
        last_ocpp_version is not null, default_ma, refused_at, rate_unit.value
    from station
    left join live_connection on live_connection.station_id = station.id
    left join station_default on station_default.station_id = station.id
    left join device_variable as rate_unit on rate_unit.station_id = station.id
        and lower(component) = case ocpp_version when %s then '' else 'smartchargingctrlr' end
        and lower(variable) = case component
            when '' then 'chargingscheduleallowedchargingrateunit' else 'rateunit' end
        and component_instance = '' and variable_instance = '' and evse_id = 0
        and connector_id = 0 and attribute = 'Actual'
    where site_id = %s order by station.id
"""
_SURPLUS: LiteralString = """
    select begins_at, watts from site_surplus
    where site_id = %s and begins_at > now() - interval '1 hour' order by begins_at
"""
_OUTSIDE: LiteralString = """
    select outside_limit.station_id, evse_id, source, told_at, periods::text
    from outside_limit join station on station.id = outside_limit.station_id
    where site_id = %s order by outside_limit.station_id, evse_id, source
"""
_LATEST: LiteralString = "select max(number) from site_plan where site_id = %s"


class PostgresSiteBook:
    """Sites that have limits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, station_id: str) -> None:
        """The station was told to forget its profiles."""
        forget = SITES_DUE + PROFILES_FORGOTTEN + "select"
        async with self._database.statement() as connection:
            await connection.execute(forget, {"stations": [station_id]})

    async def due(self, site_ids: Sequence[str]) -> None:
        """These are to be planned now; in one order, or two nodes would wait for each other."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update site_planning set due_at = now() where site_id in (
                    select site_id from site_planning
                    where site_id = any(%s) and due_at > now() order by site_id for update
                )
                """,
                (list(site_ids),),
            )

    async def claim(self) -> str | None:
        """A site that is due and that no other node is at."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                update site_planning set claimed_until = now() + interval '2 minutes',
                    due_at = 'infinity'
                where site_id = (
                    select site_id from site_planning
                    where least(due_at, claimed_until) <= now()
                        and coalesce(claimed_until, '-infinity') <= now()
                    order by due_at limit 1 for update skip locked
                ) returning site_id
                """
            )
            row = await cursor.fetchone()
            return None if row is None else str(row[0])

    async def release(self, site_id: str, due_at: datetime) -> None:
        """Due again then; earlier when there was news meanwhile."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update site_planning set claimed_until = null, due_at = least(due_at, %s)
                where site_id = %s
                """,
                (due_at, site_id),
            )

    async def situation(self, site_id: str) -> Situation | None:
        """As one transaction sees it."""
        async with self._database.transaction() as connection:
            await connection.execute("set transaction isolation level repeatable read")
            limits = await connection.execute(_LIMITS, (site_id,))
            document = await limits.fetchone()
            if document is None:
                return None
            stations = await connection.execute(_STATIONS, (OCPP_1_6.name, site_id))
            surplus = await connection.execute(_SURPLUS, (site_id,))
            outside = await connection.execute(_OUTSIDE, (site_id,))
            latest = await connection.execute(_LATEST, (site_id,))
            [number] = await latest.fetchone() or [None]
            sessions = await connection.execute(OPEN_SESSIONS, (site_id,))
            rows = await sessions.fetchall()
            numbers = {number, *(row[7] for row in rows)} - {None}
            plans = await read_plans(connection, sorted(numbers))
            return Situation(
                site_id=site_id,
                limits=msgspec.json.decode(document[0], type=SiteLimits),
                stations=[
                    ManagedStation(
                        station_id=row[0],
                        connectors=row[1],
                        ocpp_version=row[2],
                        is_in_use=row[3],
                        default_ma=row[4],
                        default_refused_at=row[5],
                        rate_unit=rate_unit(row[6]),
                    )
                    for row in await stations.fetchall()
                ],
                sessions=[open_session(row, plans) for row in rows],
                surplus=[Surplus(*row) for row in await surplus.fetchall()],
                latest=None if number is None else plans[number],
                outside=[_outside_limit(row).line for row in await outside.fetchall()],
            )

    async def keep(self, site_id: str, planned: Plan) -> int:
        """Keep a plan; its number."""
        async with self._database.transaction() as connection:
            return await keep_plan(connection, site_id, planned)

    async def telling(self, most: Mapping[UUID, int]) -> None:
        """Durable before stations hear of it: an answer may be lost, and so may this node."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into session_profile as known (session_id, doubtful_ma)
                select session_id, most from unnest(%s::uuid[], %s::integer[])
                    as heard (session_id, most) order by session_id
                on conflict (session_id) do update
                    set doubtful_ma = greatest(known.doubtful_ma, excluded.doubtful_ma)
                """,
                (list(most), list(most.values())),
            )

    async def told(self, number: int, told: Sequence[StationTold]) -> None:
        """Keep what stations said; a yes ends an earlier no."""
        async with self._database.transaction() as connection:
            await _keep_defaults(connection, [one for one in told if one.session_id is None])
            said = [one for one in told if one.session_id is not None]
            await connection.execute(
                """
                insert into session_profile as known
                    (session_id, accepted_plan, refused_at, doubtful_ma)
                select session_id, case when accepted then %s::bigint end,
                    case when not accepted then now() end, doubtful_ma
                from unnest(%s::uuid[], %s::boolean[], %s::integer[])
                    as said (session_id, accepted, doubtful_ma)
                on conflict (session_id) do update set refused_at = excluded.refused_at,
                    doubtful_ma = excluded.doubtful_ma,
                    accepted_plan = coalesce(excluded.accepted_plan, known.accepted_plan)
                """,
                (
                    number,
                    [one.session_id for one in said],
                    [one.accepted for one in said],
                    [one.doubtful_ma for one in said],
                ),
            )


async def _keep_defaults(connection: Connection, told: Sequence[StationTold]) -> None:
    await connection.execute(
        """
        insert into station_default as known (station_id, default_ma, refused_at)
        select station_id, default_ma, case when not accepted then now() end
        from unnest(%s::text[], %s::integer[], %s::boolean[])
            as said (station_id, default_ma, accepted)
        on conflict (station_id) do update set refused_at = excluded.refused_at,
            default_ma = coalesce(excluded.default_ma, known.default_ma)
        """,
        (
            [one.station_id for one in told],
            [one.default_ma for one in told],
            [one.accepted for one in told],
        ),
    )


def _outside_limit(row: Sequence[Any]) -> OutsideLimit:
    periods = msgspec.json.decode(row[4], type=tuple[Period, ...])
    return OutsideLimit(
        station_id=row[0], evse_id=row[1], source=row[2], told_at=row[3], periods=periods
    )
