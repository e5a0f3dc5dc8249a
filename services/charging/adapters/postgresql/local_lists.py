"""Local authorisation lists in PostgreSQL; see `services.charging.application.local_lists`."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

import msgspec

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.local_lists import LocalListView, OutdatedList
from services.charging.application.preconditions import Precondition
from services.charging.application.scope import Scope
from services.charging.domain.local_lists import Listed, ListUpdate, LocalList, update_to
from services.charging.domain.versions import version

_OUTDATED: LiteralString = """
    with outdated as (
        select distinct local_list.station_id from token join local_list
            on tokens @> jsonb_build_array(
                jsonb_build_object('uid', token.uid, 'status', 'accepted')
            ) and set_at < blocked_at
        where blocked_at > now() - interval '1 day' limit %s
    )
    select station.company_id, station.id,
        coalesce(live_connection.ocpp_version, last_ocpp_version, 'ocpp1.6'), local_list.version,
        (
            select jsonb_agg(listed || jsonb_build_object(
                'status', token.status, 'group_uid', token.group_uid) order by place)::text
            from jsonb_array_elements(tokens) with ordinality as entry (listed, place)
            join token on token.uid = listed ->> 'uid'
        )
    from outdated join local_list using (station_id) join station on station.id = station_id
    left join live_connection using (station_id)
"""


class PostgresLocalLists:
    """One row for each station: its newest list, and whether it holds it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def put(
        self,
        scope: Scope,
        station_id: str,
        tokens: Sequence[Listed],
        command_id: UUID,
        precondition: Precondition,
    ) -> ListUpdate | None:
        """Keep a new version, and what the station is to hear by this command; None: no station.

        Raises `ChangedMeanwhileError`.
        """
        async with self._database.transaction() as connection:
            # The lock of the station's row orders lists that come at the same time.
            cursor = await connection.execute(
                """
                select local_list.version, tokens::text, coalesce(answer = 'Accepted', false)
                from station left join local_list on station_id = station.id
                where station.id = %s and company_id = %s for no key update of station
                """,
                (station_id, scope.company_id),
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            stands, before, is_held = row
            precondition.check(stands)
            wanted = LocalList((stands or 0) + 1, tokens)
            update = update_to(wanted, LocalList(stands, _tokens(before)) if is_held else None)
            await connection.execute(
                """
                insert into local_list (station_id, version, tokens, command_id, is_full)
                values (%s, %s, %s, %s, %s)
                on conflict (station_id) do update set version = excluded.version,
                    tokens = excluded.tokens, command_id = excluded.command_id,
                    is_full = excluded.is_full, set_at = now(), answer = null, answered_at = null
                """,
                (
                    station_id,
                    wanted.version,
                    msgspec.json.encode(tokens).decode(),
                    command_id,
                    update.is_full,
                ),
            )
        return update

    async def answered(
        self, station_id: str, number: int, status: str, *, is_full: bool, retry_id: UUID
    ) -> LocalList | None:
        """Keep what a station said to an update.

        The list that it is to hear whole, by the command `retry_id`, as it refused the difference.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select version, is_full, tokens::text from local_list
                where station_id = %s for update
                """,
                (station_id,),
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            if row[:2] != (number, is_full):
                # Told by a command, or before the newest version, which is still to be answered.
                if status == "Accepted":
                    await connection.execute(
                        """
                        update local_list set answer = 'Overwritten', answered_at = now()
                        where station_id = %s and answer = 'Accepted'
                        """,
                        (station_id,),
                    )
                return None
            if is_full or status not in ("Failed", "VersionMismatch"):
                await connection.execute(
                    "update local_list set answer = %s, answered_at = now() where station_id = %s",
                    (status, station_id),
                )
                return None
            await connection.execute(
                "update local_list set is_full = true, command_id = %s where station_id = %s",
                (retry_id, station_id),
            )
        return LocalList(number, _tokens(row[2]))

    async def outdated(self, most: int) -> Sequence[OutdatedList]:
        """Lists with tokens that were blocked within a day, after the lists were put."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(_OUTDATED, (most,))
            return [
                OutdatedList(company_id, station_id, version(spoken), number, _tokens(tokens))
                for company_id, station_id, spoken, number, tokens in await cursor.fetchall()
            ]

    async def local_list(self, scope: Scope, station_id: str) -> LocalListView | None:
        """The newest version."""
        query = """
            select local_list.station_id, version, tokens, set_at, local_list.answer, answered_at,
                case when is_full then 'full' else 'differential' end as update,
                case
                    when local_list.answer = 'Accepted' then 'accepted'
                    when local_list.answer = 'Overwritten' then 'overwritten'
                    when local_list.answer is not null then 'refused'
                    when command.state in ('refused', 'unanswered', 'undelivered')
                        then command.state
                    else 'pending'
                end as state,
                command_id, command.reason
            from local_list left join command on command.id = command_id
            where local_list.station_id = %(station)s
        """
        found = await self._reader.read(scope, LocalListView, query, {"station": station_id})
        return found[0] if found else None


def _tokens(document: str) -> list[Listed]:
    return msgspec.json.decode(document, type=list[Listed])
