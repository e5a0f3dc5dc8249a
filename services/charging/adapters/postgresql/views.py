"""The views of operators, read from PostgreSQL."""

from collections.abc import Sequence
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import msgspec
from psycopg.rows import dict_row

from services.charging.adapters.postgresql.database import Database
from services.charging.application.views import (
    CommandView,
    NotificationView,
    QuarantineView,
    SessionStatus,
    SessionView,
    StationView,
)

View = TypeVar("View")

_STATIONS: LiteralString = """
    select station.id, station.site_id, station.connectors, station.boot, station.booted_at,
        connection.connected_at, connection.station_id is not null as online,
        array(
            select to_jsonb(connector_status) - 'station_id' from connector_status
            where connector_status.station_id = station.id order by connector_id
        ) as connector_statuses
    from station left join live_connection as connection on connection.station_id = station.id
"""

_SESSIONS: LiteralString = """
    select id, transaction_id, station_id, site_id, time_zone, connector_id, token_uid,
        authorization_status, started_at, ended_at, meter_start_wh, meter_stop_wh, stop_reason,
        case when ended_at is null then 'active' else 'ended' end as status,
        coalesce(energy_wh, (
            select greatest(0, register_wh - meter_start_wh) from meter_reading
            where meter_reading.transaction_id = session.transaction_id
                and meter_reading.station_id = session.station_id and register_wh is not null
            order by measured_at desc limit 1
        )) as energy_wh
    from session
"""


_COMMANDS: LiteralString = """
    select id, station_id, action, request, state, asked_at, sent_at, over_at, answer, reason
    from command
"""


class PostgresViews:
    """Each is one query."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stations(self, *, after: str, limit: int) -> list[StationView]:
        """In the order of their ids."""
        query = _STATIONS + "where station.id > %s order by station.id limit %s"
        return await self._read(StationView, query, (after, limit))

    async def station(self, station_id: str) -> StationView | None:
        """One station."""
        found = await self._read(StationView, _STATIONS + "where station.id = %s", (station_id,))
        return found[0] if found else None

    async def sessions(
        self,
        *,
        station_id: str | None,
        status: SessionStatus | None,
        before: int | None,
        limit: int,
    ) -> list[SessionView]:
        """Latest first."""
        query = """
            where (%(station)s::text is null or station_id = %(station)s)
                and (%(active)s::boolean is null or (ended_at is null) = %(active)s)
                and (%(before)s::integer is null or transaction_id < %(before)s)
            order by transaction_id desc limit %(limit)s
        """
        active = None if status is None else status is SessionStatus.ACTIVE
        parameters = {"station": station_id, "active": active, "before": before, "limit": limit}
        return await self._read(SessionView, _SESSIONS + query, parameters)

    async def session(self, session_id: UUID) -> SessionView | None:
        """One session."""
        found = await self._read(SessionView, _SESSIONS + "where id = %s", (session_id,))
        return found[0] if found else None

    async def quarantine(
        self, *, station_id: str | None, before: int | None, limit: int
    ) -> list[QuarantineView]:
        """Latest first."""
        query = """
            select id, station_id, rule, finding, received, received_at from quarantine
            where (%(station)s::text is null or station_id = %(station)s)
                and (%(before)s::bigint is null or id < %(before)s)
            order by id desc limit %(limit)s
        """
        parameters = {"station": station_id, "before": before, "limit": limit}
        return await self._read(QuarantineView, query, parameters)

    async def command(self, command_id: UUID) -> CommandView | None:
        """One command."""
        found = await self._read(CommandView, _COMMANDS + "where id = %s", (command_id,))
        return found[0] if found else None

    async def commands(
        self, *, station_id: str, before: UUID | None, limit: int
    ) -> list[CommandView]:
        """Latest first."""
        query = """
            where station_id = %(station)s and (%(before)s::uuid is null or (asked_at, id) < (
                select earlier.asked_at, earlier.id from command as earlier
                where earlier.id = %(before)s
            ))
            order by asked_at desc, id desc limit %(limit)s
        """
        parameters = {"station": station_id, "before": before, "limit": limit}
        return await self._read(CommandView, _COMMANDS + query, parameters)

    async def notifications(
        self, *, station_id: str, before: int | None, limit: int
    ) -> list[NotificationView]:
        """Latest first."""
        query = """
            select id, station_id, action, received, received_at from notification
            where station_id = %(station)s and (%(before)s::bigint is null or id < %(before)s)
            order by id desc limit %(limit)s
        """
        parameters = {"station": station_id, "before": before, "limit": limit}
        return await self._read(NotificationView, query, parameters)

    async def _read(
        self,
        view: type[View],
        query: LiteralString,
        parameters: Sequence[Any] | dict[str, Any],
    ) -> list[View]:
        async with (
            self._database.statement() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(query, parameters)
            return [msgspec.convert(row, view) for row in await cursor.fetchall()]
