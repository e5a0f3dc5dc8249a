"""Commands in PostgreSQL; see `services.charging.application.commands.CommandBook`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from contracts.tracing.spans import note, traceparent
from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.notices import COMMAND_OVER, COMMAND_WAITS
from services.charging.adapters.sealing import NO_SEAL, Seal
from services.charging.application.ports import UnavailableError
from services.charging.domain.commands import Command, CommandState
from services.charging.domain.masking import masked
from services.charging.domain.ocpp_j.version import Version

# As text: a payload is handed on as it was received.
_SELECT: LiteralString = """
    select id, station_id, ocpp_version, action, request::text, state, asked_at, sent_at, over_at,
        answer::text, reason, sealed, traceparent
"""


_Closing = tuple[UUID, str, str, str | None, str | None]


@dataclass(slots=True)
class _Opening:
    id: UUID
    station_id: str
    version: str
    action: str
    request: str
    sealed: bytes | None
    hold_seconds: int
    traceparent: str | None
    command: Command | None = None


@dataclass(slots=True)
class _Claim:
    station_id: str
    epoch: int
    commands: list[Command] = field(default_factory=list)


class PostgresCommands:
    """Each step is one statement, which also tells the other nodes.

    In groups: transactions that notify commit one by one, and many stations may come at once
    for which some wait.
    """

    def __init__(self, database: Database, seal: Seal = NO_SEAL) -> None:
        """`seal`: of requests that tell secrets."""
        self._database = database
        self._seal = seal
        self._openings: CommitGroup[_Opening] = CommitGroup(
            self._open, subject=lambda opening: opening.station_id
        )
        self._closings: CommitGroup[_Closing] = CommitGroup(self._close)
        self._claims: CommitGroup[_Claim] = CommitGroup(
            self._claim, subject=lambda claim: claim.station_id
        )

    async def open(
        self,
        command_id: UUID,
        station_id: str,
        version: Version,
        action: str,
        request: bytes,
        *,
        hold_seconds: int = 0,
    ) -> Command:
        """Keep a new command.

        Undelivered when no living node holds the station's connection, unless it is to be held.
        """
        shown, sealed = self._seal.closed(request.decode())
        opening = _Opening(
            command_id,
            station_id,
            version.name,
            action,
            shown,
            sealed,
            hold_seconds,
            traceparent(),
        )
        await self._openings.add(opening)
        # One that another node has kept just now is not in what the statement saw.
        command = opening.command or await self.get(command_id)
        if command is None:
            raise UnavailableError(f"command {command_id} was not kept")
        return command

    async def _open(self, openings: Sequence[_Opening]) -> None:
        query: LiteralString = """
            with opened as (
                insert into command (id, station_id, ocpp_version, action, request, sealed,
                    traceparent, answer_by, state, over_at, reason)
                select id, wanted.station_id, wanted.ocpp_version, action, request::json,
                    case when waits then sealed end, wanted.traceparent,
                    now() + make_interval(secs => greatest(30, hold_seconds)),
                    case when waits then 'pending' else 'undelivered' end,
                    case when not waits then now() end,
                    case when not waits
                        then 'station ' || wanted.station_id || ' is not connected' end
                from unnest(%(ids)s::uuid[], %(stations)s::text[], %(versions)s::text[],
                    %(actions)s::text[], %(requests)b::text[],
                    %(sealed)b::bytea[], %(holds)s::integer[], %(traceparents)s::text[])
                    as wanted (id, station_id, ocpp_version, action, request, sealed, hold_seconds,
                        traceparent)
                left join live_connection on live_connection.station_id = wanted.station_id
                cross join lateral (select epoch is not null or hold_seconds > 0 as waits) as held
                on conflict (id) do nothing returning *
            ), told as (
                select pg_notify(%(channel)s, station_id) from opened where state = 'pending'
            )
        """
        parameters = {
            "ids": [opening.id for opening in openings],
            "stations": [opening.station_id for opening in openings],
            "versions": [opening.version for opening in openings],
            "actions": [opening.action for opening in openings],
            "requests": [opening.request for opening in openings],
            "sealed": [opening.sealed for opening in openings],
            "holds": [opening.hold_seconds for opening in openings],
            "traceparents": [opening.traceparent for opening in openings],
            "channel": COMMAND_WAITS,
        }
        # The count makes sure that `told` is done.
        source: LiteralString = """
            from (table opened union all select * from command where id = any(%(ids)s)) as command,
                (select count(*) from told) as nodes
        """
        opened = await self._commands(query + _SELECT + source, parameters)
        by_id = {command.id: command for command in opened}
        for opening in openings:
            opening.command = by_id.get(opening.id)

    async def claim(self, station_id: str, epoch: int) -> Sequence[Command]:
        """The pending commands of a station, now sent, if this epoch is its newest connection."""
        claim = _Claim(station_id, epoch)
        await self._claims.add(claim)
        return claim.commands

    async def _claim(self, claims: Sequence[_Claim]) -> None:
        query: LiteralString = """
            with sent as (
                update command set state = 'sent', sent_at = clock_timestamp(),
                    answer_by = clock_timestamp() + interval '30 seconds'
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
        self,
        command_id: UUID,
        version: str,
        state: CommandState,
        *,
        answer: bytes | None,
        reason: str | None,
    ) -> None:
        """Keep how it ended; an answer that comes after all beats that none came."""
        note(result=state.value)
        kept = None if answer is None else masked(answer.decode())
        await self._closings.add((command_id, version, state.value, kept, reason))

    async def _close(self, closings: Sequence[_Closing]) -> None:
        async with self._database.statement() as connection:
            await connection.execute(
                """
                with closed as (
                    update command set state = closing.state, answer = closing.answer::json,
                        reason = closing.reason, over_at = clock_timestamp(),
                        ocpp_version = closing.version, sealed = null
                    from unnest(%s::uuid[], %s::text[], %s::text[], %b::text[], %b::text[])
                        as closing (id, version, state, answer, reason)
                    where command.id = closing.id and command.state in ('sent', 'unanswered')
                    returning command.id
                )
                select pg_notify(%s, id::text) from closed
                """,
                [*(list(column) for column in zip(*closings, strict=True)), COMMAND_OVER],
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
                        sealed = null,
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
            return [self._command(row) for row in await cursor.fetchall()]

    def _command(self, row: Sequence[Any]) -> Command:
        return Command(
            id=row[0],
            station_id=row[1],
            version=row[2],
            action=row[3],
            request=self._seal.opened(row[4], row[11]).encode(),
            state=CommandState(row[5]),
            asked_at=row[6],
            sent_at=row[7],
            over_at=row[8],
            answer=None if row[9] is None else row[9].encode(),
            reason=row[10],
            traceparent=row[12],
        )
