"""Campaigns in PostgreSQL; see `services.charging.application.campaigns.CampaignBook`."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.notices import COMMAND_WAITS
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.adapters.sealing import NO_SEAL, Seal
from services.charging.application.campaigns import Campaign, CampaignView, Outcome, TaskView
from services.charging.application.scope import Scope

_VIEW: LiteralString = """
    select id, number, name, ocpp_version, action, request, wave_size, most_failures,
        hold_seconds, state, reason, started_at, over_at, progress.*
    from campaign cross join lateral (
        select count(*) as tasks,
            count(*) filter (where state = 'waiting') as waiting,
            count(*) filter (where state <> 'waiting' and outcome is null) as under_way,
            count(*) filter (where outcome = 'succeeded') as succeeded,
            count(*) filter (where outcome = 'failed') as failed
        from campaign_outcome where campaign_outcome.campaign_id = campaign.id
    ) as progress
"""


class PostgresCampaigns:
    """A wave's commands are opened in the transaction that ends the wave before."""

    def __init__(self, database: Database, seal: Seal = NO_SEAL) -> None:
        """`seal`: of requests that tell secrets."""
        self._database = database
        self._seal = seal
        self._reader = ScopedReader(database)

    async def open(self, campaign: Campaign) -> Sequence[str]:
        """Keep it once; the stations that the company has not, and then nothing is kept."""
        shown, sealed = self._seal.closed(campaign.request.decode())
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select wanted.id from unnest(%s::text[]) as wanted (id)
                left join station on station.id = wanted.id and station.company_id = %s
                where station.id is null
                """,
                (list(campaign.stations), campaign.company_id),
            )
            if missing := [station_id for (station_id,) in await cursor.fetchall()]:
                return missing
            cursor = await connection.execute(
                """
                insert into campaign (id, company_id, name, ocpp_version, action, request,
                    sealed, wave_size, most_failures, hold_seconds)
                values (%s, %s, %s, %s, %s, %s::json, %s, %s, %s, %s)
                on conflict (id) do nothing
                """,
                (
                    campaign.id,
                    campaign.company_id,
                    campaign.name,
                    campaign.ocpp_version,
                    campaign.action,
                    shown,
                    sealed,
                    campaign.wave_size,
                    campaign.most_failures,
                    campaign.hold_seconds,
                ),
            )
            if not cursor.rowcount:
                return []
            await connection.execute(
                """
                insert into campaign_task (campaign_id, station_id, wave)
                select %s, station_id, 1 + (place - 1) / %s
                from unnest(%s::text[]) with ordinality as wanted (station_id, place)
                """,
                (campaign.id, campaign.wave_size, list(campaign.stations)),
            )
        return []

    async def advance(self) -> bool:
        """Begin the waves that are due, and end what is over; whether there was any."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                with running as (
                    select * from campaign where state = 'running' for update skip locked
                )
                select running.id, most_failures,
                    count(*) filter (where state_of.outcome = 'failed'),
                    min(wave) filter (where state_of.state = 'waiting')
                from running join campaign_outcome as state_of on campaign_id = running.id
                group by running.id, most_failures
                having bool_and(state_of.state = 'waiting' or state_of.outcome is not null)
                """
            )
            due = await cursor.fetchall()
            for campaign_id, most_failures, failures, wave in due:
                if most_failures is not None and failures > most_failures:
                    reason = f"{failures} tasks failed"
                    await _end(connection, campaign_id, "stopped", reason)
                elif wave is None:
                    await _end(connection, campaign_id, "done", None)
                else:
                    await _begin(connection, campaign_id, wave)
        return bool(due)

    async def stop(self, scope: Scope, campaign_id: UUID) -> None:
        """Begin no further wave."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update campaign set state = 'stopped', reason = 'by an operator', over_at = now(),
                    sealed = null
                where id = %s and company_id = %s and state = 'running'
                """,
                (campaign_id, scope.company_id),
            )

    async def campaigns(
        self, scope: Scope, *, before: int | None, limit: int
    ) -> list[CampaignView]:
        """Latest first."""
        query = (
            _VIEW
            + """
            where %(before)s::bigint is null or number < %(before)s
            order by number desc limit %(limit)s
        """
        )
        parameters = {"before": before, "limit": limit}
        return await self._reader.read(scope, CampaignView, query, parameters)

    async def campaign(self, scope: Scope, campaign_id: UUID) -> CampaignView | None:
        """One campaign."""
        query = _VIEW + "where id = %(id)s"
        found = await self._reader.read(scope, CampaignView, query, {"id": campaign_id})
        return found[0] if found else None

    async def tasks(
        self, scope: Scope, campaign_id: UUID, *, outcome: Outcome | None, after: str, limit: int
    ) -> list[TaskView]:
        """In the order of their stations' ids."""
        query = """
            select station_id, wave, state, outcome, command_id, sent_at, over_at, answer, reason,
                firmware_status
            from campaign_outcome
            where campaign_id = %(id)s and station_id > %(after)s
                and (%(outcome)s::text is null or outcome = %(outcome)s)
            order by station_id limit %(limit)s
        """
        parameters = {"id": campaign_id, "outcome": outcome, "after": after, "limit": limit}
        return await self._reader.read(scope, TaskView, query, parameters)


async def _end(connection: Connection, campaign_id: UUID, state: str, reason: str | None) -> None:
    await connection.execute(
        """
        update campaign set state = %s, reason = %s, over_at = now(), sealed = null
        where id = %s
        """,
        (state, reason, campaign_id),
    )


async def _begin(connection: Connection, campaign_id: UUID, wave: int) -> None:
    cursor = await connection.execute(
        """
        with due as (
            update campaign_task set command_id = gen_random_uuid()
            -- Another node may have been as quick.
            where campaign_id = %(campaign)s and wave = %(wave)s and command_id is null
            returning station_id, command_id
        ), opened as (
            insert into command (id, station_id, ocpp_version, action, request, sealed, answer_by,
                state, over_at, reason)
            select command_id, due.station_id, campaign.ocpp_version, action, request,
                case when waits then sealed end,
                now() + make_interval(secs => greatest(30, hold_seconds)),
                case when waits then 'pending' else 'undelivered' end,
                case when not waits then now() end,
                case when not waits then 'station ' || due.station_id || ' is not connected' end
            from due join campaign on campaign.id = %(campaign)s
            left join live_connection on live_connection.station_id = due.station_id
            cross join lateral (select epoch is not null or hold_seconds > 0 as waits) as held
            returning id, station_id, state
        )
        select pg_notify(%(channel)s, station_id) from opened where state = 'pending'
        """,
        {"campaign": campaign_id, "wave": wave, "channel": COMMAND_WAITS},
    )
    await cursor.fetchall()
