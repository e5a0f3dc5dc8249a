"""What a caller may see of the tables: the one place where data of companies are kept apart.

A query finds, under the names of the tables, the rows in its caller's scope and no others. A table
that is not named here is for no caller to read.
"""

from typing import Any, LiteralString, TypeVar

import msgspec
from psycopg.rows import dict_row

from services.charging.adapters.postgresql.database import Database
from services.charging.application.scope import Scope

View = TypeVar("View")

# Machines see nobody's home, nor when anybody charges there.
_COMPANY: LiteralString = """
    with site as not materialized (
        select * from public.site where company_id = %(scope_company)s
            and (not %(scope_machine)s::boolean or kind <> 'home')
    ), station as not materialized (
        select * from public.station where company_id = %(scope_company)s
            and (not %(scope_machine)s::boolean or (
                driver_id is null and site_id in (select id from site)
            ))
    ), token as not materialized (
        select * from public.token where company_id = %(scope_company)s
    ), session as not materialized (
        select * from public.session where company_id = %(scope_company)s
            and (not %(scope_machine)s::boolean or (
                station_id in (select id from station) and site_id in (select id from site)
            ))
    ), change as not materialized (
        select * from public.change where company_id = %(scope_company)s
            and (not %(scope_machine)s::boolean or station_id in (select id from station))
    ), reservation as not materialized (
        select * from public.reservation where company_id = %(scope_company)s
    )
"""
# Nobody sees where colleagues live.
_DRIVER: LiteralString = """
    with site as not materialized (
        select * from public.site where company_id = %(scope_company)s
    ), station as not materialized (
        select station.* from public.station join site on site.id = station.site_id
        where station.company_id = %(scope_company)s
            and (station.driver_id = %(scope_driver)s
                or (station.driver_id is null and site.kind <> 'home'))
    ), token as not materialized (
        select * from public.token
        where company_id = %(scope_company)s and driver_id = %(scope_driver)s
    ), session as not materialized (
        select * from public.session
        where company_id = %(scope_company)s and driver_id = %(scope_driver)s
    ), change as not materialized (
        select * from public.change
        where company_id = %(scope_company)s and case
            when kind in ('session', 'reservation') then driver_id = %(scope_driver)s
            else station_id in (select id from station) end
    ), reservation as not materialized (
        select * from public.reservation
        where company_id = %(scope_company)s and driver_id = %(scope_driver)s
    )
"""
# A station's id may have been another company's: what was said under it then stays theirs.
_OF_STATIONS: LiteralString = """
    , connector_status as not materialized (
        select * from public.connector_status where station_id in (select id from station)
    ), live_connection as not materialized (
        select * from public.live_connection where station_id in (select id from station)
    ), command as not materialized (
        select * from public.command where station_id in (select id from station)
    ), notification as not materialized (
        select * from public.notification where station_id in (select id from station)
    ), device_variable as not materialized (
        select * from public.device_variable where station_id in (select id from station)
    ), device_monitor as not materialized (
        select * from public.device_monitor where station_id in (select id from station)
    ), quarantine as not materialized (
        select * from public.quarantine where exists (
            select from station where id = station_id and registered_at <= received_at
        )
    ), unmatched_stop as not materialized (
        select * from public.unmatched_stop where station_id in (select id from station)
    ), station_certificate as not materialized (
        select * from public.station_certificate where station_id in (select id from station)
    ), local_list as not materialized (
        select * from public.local_list where station_id in (select id from station)
    ), campaign as not materialized (
        select * from public.campaign where company_id = %(scope_company)s
    ), campaign_request as not materialized (
        select * from public.campaign_request where campaign_id in (select id from campaign)
    ), campaign_outcome as not materialized (
        select * from public.campaign_outcome where campaign_id in (select id from campaign)
    ), message as not materialized (
        select * from public.message where exists (
            select from station where station.id = station_id and registered_at <= at
        )
    ), meter_reading as not materialized (
        select * from public.meter_reading
        where transaction_id in (select transaction_id from session)
    ), signed_value as not materialized (
        select * from public.signed_value where station_id in (select id from station)
    ), meter_key as not materialized (
        select * from public.meter_key where station_id in (select id from station)
    ), site_limits as not materialized (
        select * from public.site_limits where site_id in (select id from site)
    ), site_tariff as not materialized (
        select * from public.site_tariff where site_id in (select id from site)
    ), outside_limit as not materialized (
        select * from public.outside_limit where station_id in (select id from station)
    ), session_vehicle as not materialized (
        select * from public.session_vehicle where session_id in (select id from session)
    ), session_preferences as not materialized (
        select * from public.session_preferences where session_id in (select id from session)
    ), session_outcome as not materialized (
        select * from public.session_outcome where session_id in (select id from session)
    ), site_surplus as not materialized (
        select * from public.site_surplus where site_id in (select id from site)
    ), site_plan as not materialized (
        select * from public.site_plan where site_id in (select id from site)
    ), site_allotment as not materialized (
        select * from public.site_allotment where session_id in (select id from session)
    )
"""


class ScopedReader:
    """Reads views for callers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(
        self, scope: Scope, view: type[View], query: LiteralString, parameters: dict[str, Any]
    ) -> list[View]:
        """Each row as a view; `query` may begin with further subqueries, after a comma."""
        rows = _COMPANY if scope.driver_id is None else _DRIVER
        whose = {
            "scope_company": scope.company_id,
            "scope_driver": scope.driver_id,
            "scope_machine": scope.is_machine,
            "scope_whole": scope.is_whole,
        }
        async with (
            self._database.statement() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(rows + _OF_STATIONS + query, parameters | whose)
            return [msgspec.convert(row, view) for row in await cursor.fetchall()]
