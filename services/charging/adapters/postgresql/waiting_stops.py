"""Stops of unknown transactions, in PostgreSQL: those that wait, and those that did."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.scope import Scope
from services.charging.application.stop_assignment import WaitingStopView
from services.charging.domain.sessions import Stop

_VIEW: LiteralString = """
    select id, station_id,
        coalesce(station_transaction_id, transaction_id::text) as ocpp_transaction_id,
        token_uid, said_at, received_at, meter_stop_wh, reason, session_id, matched_at, matched_by
    from unmatched_stop
"""


class PostgresWaitingStops:
    """See `services.charging.application`: ``stop_matching`` and ``stop_assignment``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def stations(self, received_before: datetime) -> Sequence[str]:
        """Those with a stop of the last month before then, and with a session that it may end.

        Older ones are for people: what could have told whose they are has come, or never will.
        """
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                select distinct station_id from unmatched_stop as stop
                join session using (station_id)
                where stop.session_id is null and session.ended_at is null
                    and stop.station_transaction_id is null
                    and stop.received_at between %(before)s - interval '1 month' and %(before)s
                    and stop.meter_stop_wh >= session.meter_start_wh
                """,
                {"before": received_before},
            )
            return [station_id for (station_id,) in await cursor.fetchall()]

    async def waiting_stops(
        self,
        scope: Scope,
        *,
        station_id: str | None,
        waiting: bool,
        before: int | None,
        limit: int,
    ) -> list[WaitingStopView]:
        """Latest first."""
        query = """
            where (session_id is null) = %(waiting)s
                and (%(station)s::text is null or station_id = %(station)s)
                and (%(before)s::bigint is null or id < %(before)s)
            order by id desc limit %(limit)s
        """
        parameters = {"station": station_id, "waiting": waiting, "before": before, "limit": limit}
        return await self._reader.read(scope, WaitingStopView, _VIEW + query, parameters)

    async def waiting_stop(self, scope: Scope, stop_id: int) -> WaitingStopView | None:
        """Whether it waits or did."""
        query = _VIEW + "where id = %(id)s"
        found = await self._reader.read(scope, WaitingStopView, query, {"id": stop_id})
        return found[0] if found else None

    async def stop(self, scope: Scope, stop_id: int) -> Stop | None:
        """As it was kept."""
        query = """
            select station_id, transaction_id, station_transaction_id, token_uid, said_at,
                received_at, meter_stop_wh, reason
            from unmatched_stop where id = %(id)s
        """
        found = await self._reader.read(scope, Stop, query, {"id": stop_id})
        return found[0] if found else None
