"""Local authorisation lists in PostgreSQL; see `services.charging.application.local_lists`."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, LiteralString
from uuid import uuid4

import msgspec

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.local_lists import (
    LocalListView,
    OutdatedList,
    ToldList,
    entry_bytes,
)
from services.charging.application.preconditions import Precondition
from services.charging.application.scope import Scope
from services.charging.domain.local_lists import (
    NO_LIST,
    Listed,
    ListLimits,
    ListUpdate,
    Telling,
    telling,
)
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.versions import version

_STATIONS: LiteralString = """
    select station.id, coalesce(live_connection.ocpp_version, last_ocpp_version, 'ocpp1.6'),
        local_list.version, tokens::text, updates::text, taken, restarts, answer, unfit, command_id,
        coalesce(greatest(0, extract(epoch from held_until - now())), 0)::integer
    from station left join live_connection on live_connection.station_id = station.id
    left join local_list on local_list.station_id = station.id
"""
# Orders lists and answers that come at the same time; what they say is read after that.
_LOCK: LiteralString = """
    select from station where id = %s and company_id = coalesce(%s, company_id) for no key update
"""
_UNTOLD: LiteralString = """
    where answer is null and unfit is null
        and asked_at between now() - interval '1 day' and now() - interval '1 minute'
        and not exists (select from command where command.id = command_id)
    order by asked_at limit %s
"""
# What is not a number was not told. Characteristics are JSON's numbers.
_LIMITS: LiteralString = r"""
    select min(number) filter (where name in ('sendlocallistmaxlength', 'itemspermessage')),
        min(number) filter (where name = 'bytespermessage'),
        min(number) filter (where name in ('localauthlistmaxlength', 'entries')),
        min(number) filter (where name = 'storage')
    from device_variable
    cross join lateral (select lower(variable) as name) as named
    cross join lateral (
        select case when name in ('entries', 'storage') then characteristics ->> 'maxLimit'
            else value end as said
    ) as told
    cross join lateral (
        select case when said ~ '^[0-9]{1,9}(\.[0-9]+)?$' then floor(said::numeric)::integer
            end as number
    ) as read
    where station_id = %(station)s and lower(component) = %(component)s
        and component_instance = '' and variable_instance = '' and evse_id = 0
        and connector_id = 0 and attribute = 'Actual'
"""
_OUTDATED: LiteralString = """
    with outdated as (
        select distinct local_list.station_id from token join local_list
            on tokens @> jsonb_build_array(
                jsonb_build_object('uid', token.uid, 'status', 'accepted')
            ) and set_at < blocked_at
        where blocked_at > now() - interval '1 day' limit %s
    )
    select station.company_id, station.id, local_list.version,
        (
            select jsonb_agg(listed || jsonb_build_object(
                'status', token.status, 'group_uid', token.group_uid) order by place)::text
            from jsonb_array_elements(tokens) with ordinality as entry (listed, place)
            join token on token.uid = listed ->> 'uid'
        )
    from outdated join local_list using (station_id) join station on station.id = station_id
"""
_VIEW: LiteralString = """
    select local_list.station_id, version, tokens, set_at, local_list.answer, answered_at,
        case when is_full then 'full' else 'differential' end as update,
        jsonb_array_length(updates) as messages, taken as messages_taken,
        case
            when unfit is not null then 'too_long'
            when local_list.answer = 'Accepted' then 'accepted'
            when local_list.answer = 'Overwritten' then 'overwritten'
            when local_list.answer is not null then 'refused'
            when command.state in ('refused', 'unanswered', 'undelivered') then command.state
            -- What it said was not learnt, or what was asked is forgotten.
            when local_list.asked_at < now() - interval '1 day' and command.state is null
                or command.over_at < now() - interval '1 minute' then 'unanswered'
            else 'pending'
        end as state,
        command_id, coalesce(unfit, command.reason) as reason
    from local_list left join command on command.id = command_id
    where local_list.station_id = %(station)s
"""


class PostgresLocalLists:
    """One row for each station: its newest list, and how far it holds it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def put(
        self,
        scope: Scope,
        station_id: str,
        tokens: Sequence[Listed],
        precondition: Precondition,
        *,
        hold_seconds: int,
    ) -> ToldList | None:
        """Keep a new version; None: no such station.

        Raises `ChangedMeanwhileError`.
        """
        async with self._database.transaction() as connection:
            found = await _locked(connection, station_id, scope.company_id)
            if found is None:
                return None
            precondition.check(found.telling.version or None)
            limits, size = await _limits(connection, found), partial(entry_bytes, found.spoken)
            told = telling(tokens, found.telling, limits, size)
            kept = replace(found, telling=told, command_id=uuid4(), hold_seconds=hold_seconds)
            await connection.execute(
                """
                insert into local_list as kept (station_id, version, tokens, command_id, is_full)
                values (%s, %s, %s, %s, true)
                on conflict (station_id) do update set tokens = excluded.tokens, set_at = now()
                """,
                (station_id, told.version, _written(tokens), kept.command_id),
            )
            await _keep(connection, kept)
        return kept

    async def answered(
        self, station_id: str, number: int, status: str, *, is_full: bool
    ) -> ToldList | None:
        """Keep what a station said to an update; None: it changes nothing."""
        async with self._database.transaction() as connection:
            found = await _locked(connection, station_id)
            if found is None:
                return None
            limits, size = await _limits(connection, found), partial(entry_bytes, found.spoken)
            told = found.telling.heard(number, status, is_full=is_full, limits=limits, size=size)
            if told is found.telling:
                return None
            kept = replace(found, telling=told, command_id=uuid4())
            await _keep(connection, kept)
        return kept

    async def untold(self, most: int) -> Sequence[ToldList]:
        """What no node has told for a minute after it was due."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(_STATIONS + _UNTOLD, (most,))
            return [_told(row) for row in await cursor.fetchall()]

    async def outdated(self, most: int) -> Sequence[OutdatedList]:
        """Lists with tokens that were blocked within a day, after the lists were put."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(_OUTDATED, (most,))
            return [
                OutdatedList(company_id, station_id, number, _tokens(tokens))
                for company_id, station_id, number, tokens in await cursor.fetchall()
            ]

    async def local_list(self, scope: Scope, station_id: str) -> LocalListView | None:
        """The newest version."""
        found = await self._reader.read(scope, LocalListView, _VIEW, {"station": station_id})
        return found[0] if found else None


async def _locked(
    connection: Connection, station_id: str, company_id: str | None = None
) -> ToldList | None:
    if (await connection.execute(_LOCK, (station_id, company_id))).rowcount == 0:
        return None
    cursor = await connection.execute(_STATIONS + "where station.id = %s", (station_id,))
    row = await cursor.fetchone()
    return None if row is None else _told(row)


def _told(row: Sequence[Any]) -> ToldList:
    station_id, spoken, number, tokens, updates, taken, restarts, answer, unfit = row[:9]
    if number is None:
        return ToldList(station_id, version(spoken), NO_LIST, uuid4(), 0)
    told = Telling(
        version=number,
        tokens=_tokens(tokens),
        updates=msgspec.json.decode(updates, type=list[ListUpdate]),
        taken=taken,
        restarts=restarts,
        answer=answer,
        unfit=unfit,
    )
    return ToldList(station_id, version(spoken), told, *row[9:])


async def _limits(connection: Connection, found: ToldList) -> ListLimits:
    """As the station told them in the words of the version that it speaks."""
    component = "" if found.spoken is OCPP_1_6 else "localauthlistctrlr"
    cursor = await connection.execute(
        _LIMITS, {"station": found.station_id, "component": component}
    )
    entries, octets, tokens, storage = await cursor.fetchone() or (None,) * 4
    return ListLimits(entries=entries, bytes=octets, tokens=tokens, storage_bytes=storage)


async def _keep(connection: Connection, kept: ToldList) -> None:
    told = kept.telling
    await connection.execute(
        """
        update local_list set version = %s, updates = %s, taken = %s, restarts = %s, answer = %s,
            unfit = %s, is_full = %s, command_id = case when %s then %s else command_id end,
            answered_at = case when %s then now() end, asked_at = now(),
            held_until = now() + make_interval(secs => %s)
        where station_id = %s
        """,
        (
            told.version,
            _written(told.updates),
            told.taken,
            told.restarts,
            told.answer,
            told.unfit,
            not told.updates or told.updates[0].is_full,
            told.asked is not None or told.unfit is not None,
            kept.command_id,
            told.answer is not None,
            kept.hold_seconds,
            kept.station_id,
        ),
    )


def _written(document: Sequence[Listed] | Sequence[ListUpdate]) -> str:
    return msgspec.json.encode(document).decode()


def _tokens(document: str) -> list[Listed]:
    return msgspec.json.decode(document, type=list[Listed])
