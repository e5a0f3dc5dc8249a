"""Commands in PostgreSQL; see `services.charging.application.commands.CommandBook`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.notices import COMMAND_OVER, COMMAND_WAITS
from services.charging.domain.commands import Command, CommandState

# As text: a payload is handed on as it was received.
_SELECT: LiteralString = """
    select id, station_id, action, request::text, state, asked_at, sent_at, over_at,
        answer::text, reason
"""


@dataclass(slots=True)
class _Claim:
    station_id: str
    epoch: int
    commands: list[Command] = field(default_factory=list)


class PostgresCommands:
    """Each step is one statement, which also tells the other nodes.

    Every station that connects claims what waits for it: hence in groups.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claims: CommitGroup[_Claim] = CommitGroup(
            self._claim, subject=lambda claim: claim.station_id
        )

    async def open(self, command_id: UUID, station_id: str, action: str, request: bytes) -> Command:
        """Keep a new command; undelivered when no living node holds the station's connection."""
        query: LiteralString = """
            with opened as (
                insert into command (id, station_id, action, request, answer_by, state, over_at,
                    reason)
                select %(id)s, %(station)s, %(action)s, %(request)s, now() + interval '30 seconds',
                    case when live then 'pending' else 'undelivered' end,
                    case when not live then now() end,
                    case when not live then 'station ' || %(station)s || ' is not connected' end
                from (
                    select exists (select from live_connection where station_id = %(station)s)
                ) as found (live)
                returning *
            ), told as (
                select pg_notify(%(channel)s, station_id) from opened where state = 'pending'
            )
        """
        parameters = {
            "id": command_id,
            "station": station_id,
            "action": action,
            "request": request.decode(),
            "channel": COMMAND_WAITS,
        }
        # The count makes sure that `told` is done.
        source: LiteralString = " from opened, (select count(*) from told) as nodes"
        [opened] = await self._commands(query + _SELECT + source, parameters)
        return opened

    async def claim(self, station_id: str, epoch: int) -> Sequence[Command]:
        """The pending commands of a station, now sent, if this epoch is its newest connection."""
        claim = _Claim(station_id, epoch)
        await self._claims.add(claim)
        return claim.commands

    async def _claim(self, claims: Sequence[_Claim]) -> None:
        query: LiteralString = """
            with sent as (
                update command set state = 'sent', sent_at = now()
                from unnest(%(stations)s::text[], %(epochs)s::bigint[]) as claim (station_id, epoch)
                join station_connection using (station_id, epoch)
                where command.station_id = claim.station_id and over_at is null
                    and state = 'pending' and answer_by > now()
                returning command.*
            )
        """
        order: LiteralString = " from sent order by asked_at"
        parameters = {
            "stations": [claim.station_id for claim in claims],
            "epochs": [claim.epoch for claim in claims],
        }
        by_station = {claim.station_id: claim for claim in claims}
        for command in await self._commands(query + _SELECT + order, parameters):
            by_station[command.station_id].commands.append(command)

    async def close(
        self, command_id: UUID, state: CommandState, *, answer: bytes | None, reason: str | None
    ) -> None:
        """Keep how it ended; an answer that comes after all beats that none came."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                with closed as (
                    update command set state = %s, answer = %s, reason = %s, over_at = now()
                    where id = %s and state in ('sent', 'unanswered')
                    returning id
                )
                select pg_notify(%s, id::text) from closed
                """,
                (
                    state.value,
                    None if answer is None else answer.decode(),
                    reason,
                    command_id,
                    COMMAND_OVER,
                ),
            )

    async def get(self, command_id: UUID) -> Command | None:
        """As it stands."""
        found = await self._commands(
            _SELECT + " from command where id = %(id)s", {"id": command_id}
        )
        return found[0] if found else None

    async def give_up_overdue(self) -> None:
        """End what no node answers for any more: the one that had it died, or nobody came."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                with closed as (
                    update command set over_at = now(), reason = 'no answer came in time',
                        state = case state when 'sent' then 'unanswered' else 'undelivered' end
                    where over_at is null and answer_by < now() - case state
                        when 'sent' then interval '1 minute' else interval '0' end
                    returning id
                )
                select pg_notify(%s, id::text) from closed
                """,
                (COMMAND_OVER,),
            )

    async def _commands(self, query: LiteralString, parameters: dict[str, Any]) -> list[Command]:
        async with self._database.statement() as connection:
            cursor = await connection.execute(query, parameters)
            return [_command(row) for row in await cursor.fetchall()]


def _command(row: Sequence[Any]) -> Command:
    return Command(
        id=row[0],
        station_id=row[1],
        action=row[2],
        request=row[3].encode(),
        state=CommandState(row[4]),
        asked_at=row[5],
        sent_at=row[6],
        over_at=row[7],
        answer=None if row[8] is None else row[8].encode(),
        reason=row[9],
    )
