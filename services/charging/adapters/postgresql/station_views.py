"""Stations as callers see them, read from PostgreSQL."""

from dataclasses import asdict
from typing import Any, LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationSearch, StationView
from services.charging.domain.places import EARTH_RADIUS_M, Box, Circle

_VIEW: LiteralString = """
    select station.id, station.version, station.site_id, station.connectors, station.plugs,
        station.driver_id, station.booted_at,
        -- Who has its modem's numbers may call it, or have its card locked.
        case when %(scope_whole)s::boolean then station.boot
            else station.boot - 'iccid' - 'imsi' #- '{chargingStation,modem}' end as boot,
        station.registration, station.heard_registration,
        case when latitude is not null
            then jsonb_build_object('latitude', latitude, 'longitude', longitude) end as location,
        station.distance_m::integer, connection.connected_at,
        connection.ocpp_version, station.last_ocpp_version,
        connection.station_id is not null as online,
        array(
            select to_jsonb(connector_status) - 'station_id' from connector_status
            where connector_status.station_id = station.id order by evse_id, connector_id
        ) as connector_statuses
    from placed as station left join live_connection as connection
        on connection.station_id = station.id
"""
_ANYWHERE: LiteralString = """
    , placed as not materialized (select *, null::float8 as distance_m from station)
"""
# `<@` is what the index knows; a box that crosses the 180th meridian is two.
_IN_BOX: LiteralString = """
    , placed as not materialized (
        select *, null::float8 as distance_m from station
        where point(longitude, latitude) <@ %(box)s::box
            or point(longitude, latitude) <@ %(other_box)s::box
    )
"""
_IN_CIRCLE: LiteralString = """
    , boxed as not materialized (
        select *, 2 * %(earth_radius_m)s * asin(least(1, sqrt(
            power(sind((latitude - %(latitude)s) / 2), 2)
            + cosd(latitude) * cosd(%(latitude)s)
                * power(sind((longitude - %(longitude)s) / 2), 2)
        ))) as distance_m
        from station where point(longitude, latitude) <@ %(box)s::box
            or point(longitude, latitude) <@ %(other_box)s::box
    ), placed as not materialized (select * from boxed where distance_m <= %(radius_m)s)
"""
_FOUND: LiteralString = """
    where (%(site_id)s::text is null or site_id = %(site_id)s)
        and (%(online)s::boolean is null or (connection.station_id is not null) = %(online)s)
        and (%(status)s::text is null or exists (
            select from connector_status as reported
            where reported.station_id = station.id and reported.status = %(status)s
        ))
        and (%(standard)s::text is null
            or plugs @> jsonb_build_array(jsonb_build_object('standard', %(standard)s)))
"""
_BY_ID: LiteralString = " and station.id > %(after)s order by station.id limit %(limit)s"
_BY_DISTANCE: LiteralString = """
        and (%(after)s = '' or (station.distance_m::integer, station.id) > (
            split_part(%(after)s, '/', 1)::integer, split_part(%(after)s, '/', 2)
        ))
    order by station.distance_m::integer, station.id limit %(limit)s
"""


class PostgresStationViews:
    """Each is one query."""

    def __init__(self, database: Database) -> None:
        self._reader = ScopedReader(database)

    async def stations(
        self, scope: Scope, search: StationSearch, *, after: str, limit: int
    ) -> list[StationView]:
        """In the order of their ids; those around a point, of their distance."""
        parameters: dict[str, Any] = asdict(search) | {"after": after, "limit": limit}
        match search.place:
            case None:
                query = _ANYWHERE + _VIEW + _FOUND + _BY_ID
            case Box() as box:
                query = _IN_BOX + _VIEW + _FOUND + _BY_ID
                parameters |= _boxes(box)
            case Circle(centre, radius_m) as circle:
                query = _IN_CIRCLE + _VIEW + _FOUND + _BY_DISTANCE
                parameters |= asdict(centre) | _boxes(circle.box)
                parameters |= {"radius_m": radius_m, "earth_radius_m": EARTH_RADIUS_M}
        return await self._reader.read(scope, StationView, query, parameters)

    async def station(self, scope: Scope, station_id: str) -> StationView | None:
        """One station."""
        query = _ANYWHERE + _VIEW + "where station.id = %(id)s"
        found = await self._reader.read(scope, StationView, query, {"id": station_id})
        return found[0] if found else None


def _boxes(box: Box) -> dict[str, str]:
    """As PostgreSQL writes them, by corners of longitude and latitude."""

    def between(west: float, east: float) -> str:
        return f"({west},{box.south}),({east},{box.north})"

    if box.west <= box.east:
        return {"box": between(box.west, box.east), "other_box": between(box.west, box.east)}
    return {"box": between(box.west, 180), "other_box": between(-180, box.east)}
