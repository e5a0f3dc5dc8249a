"""Stops that have no session yet, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from services.charging.adapters.postgresql.database import Database


class PostgresWaitingStops:
    """See `services.charging.application.stop_matching.WaitingStops`."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
                    and stop.received_at between %(before)s - interval '1 month' and %(before)s
                    and stop.meter_stop_wh >= session.meter_start_wh
                """,
                {"before": received_before},
            )
            return [station_id for (station_id,) in await cursor.fetchall()]
