"""Sessions in PostgreSQL; see `services.charging.application.ports.Sessions`."""

from datetime import datetime
from typing import LiteralString
from uuid import uuid4

from psycopg.rows import class_row

from services.charging.adapters.postgresql.database import Connection
from services.charging.adapters.postgresql.session_row import COLUMNS, session_row
from services.charging.application.ports import UnavailableError
from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.sessions import Session, Start, Stop

_INSERT_RETURNING: LiteralString = """
    insert into session (id, start_identity, station_id, site_id, time_zone, connector_id,
        token_uid, authorization_status, started_at, meter_start_wh)
    select %s, %s, station.id, site.id, site.time_zone, %s, %s, %s, %s, %s
    from station join site on site.id = station.site_id
    where station.id = %s
    on conflict (start_identity) do nothing
    returning
"""


class PostgresSessions:
    """Within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def started_by(self, identity: str) -> Session | None:
        """The session that a start of this identity began."""
        found = await self._find("where start_identity = %s", identity)
        return found[0] if found else None

    async def begin(
        self, start: Start, identity: str, started_at: datetime, status: AuthorizationStatus
    ) -> Session:
        """A new session, at the site where the station stands now."""
        async with self._connection.cursor(row_factory=session_row) as cursor:
            await cursor.execute(
                _INSERT_RETURNING + COLUMNS,
                (
                    uuid4(),
                    identity,
                    start.connector_id,
                    start.token_uid,
                    status,
                    started_at,
                    start.meter_start_wh,
                    start.station_id,
                ),
            )
            session = await cursor.fetchone()
        if session is None:
            raise UnavailableError("the same start is being recorded by another connection")
        return session

    async def of_transaction(self, station_id: str, transaction_id: int) -> Session | None:
        """By the id that the station was given."""
        found = await self._find(
            "where station_id = %s and transaction_id = %s for update", station_id, transaction_id
        )
        return found[0] if found else None

    async def open_at(self, station_id: str) -> list[Session]:
        """Those that nothing has ended yet, latest first."""
        return await self._find(
            "where station_id = %s and ended_at is null order by started_at desc for update",
            station_id,
        )

    async def end(self, session: Session) -> None:
        """Keep its ending; an ending never changes."""
        ending = session.ending
        if ending is None:
            raise ValueError(f"session {session.id} is not over")
        await self._connection.execute(
            """
            update session set ended_at = %s, meter_stop_wh = %s, energy_wh = %s, stop_reason = %s
            where id = %s and ended_at is null
            """,
            (ending.ended_at, ending.meter_stop_wh, ending.energy_wh, ending.reason, session.id),
        )

    async def keep_unmatched(self, stop: Stop) -> bool:
        """Keep a stop that has no session; False when it is kept already."""
        kept = await self._connection.execute(
            """
            insert into unmatched_stop (station_id, transaction_id, token_uid, said_at,
                received_at, meter_stop_wh, reason)
            values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning 1
            """,
            (
                stop.station_id,
                stop.transaction_id,
                stop.token_uid,
                stop.said_at,
                stop.received_at,
                stop.meter_stop_wh,
                stop.reason,
            ),
        )
        return await kept.fetchone() is not None

    async def unmatched_at(self, station_id: str) -> list[Stop]:
        """Stops that have no session yet, earliest first."""
        async with self._connection.cursor(row_factory=class_row(Stop)) as cursor:
            await cursor.execute(
                """
                select station_id, transaction_id, token_uid, said_at, received_at, meter_stop_wh,
                    reason
                from unmatched_stop where station_id = %s and session_id is null
                order by said_at for update
                """,
                (station_id,),
            )
            return await cursor.fetchall()

    async def match(self, stop: Stop, session: Session) -> None:
        """The stop has its session now."""
        await self._connection.execute(
            """
            update unmatched_stop set session_id = %s
            where (station_id, transaction_id, said_at, meter_stop_wh) = (%s, %s, %s, %s)
            """,
            (session.id, stop.station_id, stop.transaction_id, stop.said_at, stop.meter_stop_wh),
        )

    async def _find(self, condition: LiteralString, *values: object) -> list[Session]:
        async with self._connection.cursor(row_factory=session_row) as cursor:
            await cursor.execute("select " + COLUMNS + "from session " + condition, values)
            return await cursor.fetchall()
