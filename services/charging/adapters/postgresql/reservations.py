"""Reservations in PostgreSQL, where sessions use them by a trigger; see
`services.charging.application.reservations`.
"""

from dataclasses import asdict
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.reservations import ReservationSearch, ReservationView
from services.charging.application.scope import Scope
from services.charging.domain.reservations import ReservationState, state_by

# Asked by the command of the same id.
_VIEW: LiteralString = """
    , shown as (
        select reservation.id, number, reservation.station_id, connector_id, token_uid, group_uid,
            driver_id, reservation.asked_at, expires_at, reservation.answer, reservation.over_at,
            session_id,
            case when reservation.state = 'asked'
                    and command.state in ('refused', 'unanswered', 'undelivered')
                then 'failed' else reservation.state end as state
        from reservation left join command using (id)
    )
    select * from shown
"""


class PostgresReservations:
    """Each step is one statement; what is over stays so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def open(
        self,
        scope: Scope,
        reservation_id: UUID,
        station_id: str,
        connector_id: int,
        token_uid: str,
        expires_at: datetime,
    ) -> bool:
        """Keep it once; False: no such station or token of the caller's."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                with opened as (
                    insert into reservation (id, company_id, station_id, connector_id, token_uid,
                        group_uid, driver_id, expires_at)
                    select %(id)s, station.company_id, station.id, %(connector)s, token.uid,
                        token.group_uid, token.driver_id, %(expires)s
                    from station join token using (company_id)
                    where station.id = %(station)s and token.uid = %(token)s
                        and company_id = %(company)s
                    on conflict (id) do nothing returning id
                )
                select id from opened union all
                select id from reservation where id = %(id)s and company_id = %(company)s
                """,
                {
                    "id": reservation_id,
                    "company": scope.company_id,
                    "station": station_id,
                    "connector": connector_id,
                    "token": token_uid,
                    "expires": expires_at,
                },
            )
            return await cursor.fetchone() is not None

    async def answered(self, station_id: str, number: int, answer: str) -> None:
        """Keep what the station said to it."""
        state = state_by(answer)
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update reservation set answer = %s, state = %s,
                    over_at = case when %s then now() end
                where station_id = %s and number = %s and state = 'asked'
                """,
                (answer, state.value, state.is_over, station_id, number),
            )

    async def ended(
        self, station_id: str, number: int, state: ReservationState, at: datetime
    ) -> None:
        """It is over, if it was not yet."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update reservation set state = %s, over_at = %s
                where station_id = %s and number = %s and state in ('asked', 'accepted')
                """,
                (state.value, at, station_id, number),
            )

    async def expire(self) -> None:
        """End those whose time is over, or whose connector is free again."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update reservation set over_at = least(expires_at, freed_at), state = case
                    when freed_at < expires_at - interval '5 minutes' then 'cancelled'
                    else 'expired' end
                where state in ('asked', 'accepted')
                    and (expires_at < now() or freed_at < now() - interval '2 minutes')
                """
            )

    async def reservations(
        self, scope: Scope, search: ReservationSearch, *, before: int | None, limit: int
    ) -> list[ReservationView]:
        """Latest first."""
        query = (
            _VIEW
            + """
            where (%(station_id)s::text is null or station_id = %(station_id)s)
                and (%(token_uid)s::text is null or token_uid = %(token_uid)s)
                and (%(state)s::text is null or state = %(state)s)
                and (%(before)s::integer is null or number < %(before)s)
            order by number desc limit %(limit)s
        """
        )
        parameters = asdict(search) | {"before": before, "limit": limit}
        return await self._reader.read(scope, ReservationView, query, parameters)

    async def reservation(self, scope: Scope, reservation_id: UUID) -> ReservationView | None:
        """One reservation."""
        query = _VIEW + "where id = %(id)s"
        found = await self._reader.read(scope, ReservationView, query, {"id": reservation_id})
        return found[0] if found else None
