"""How campaigns go on: tasks are judged when there is news of them, and wave follows wave.

A task has news when its command ends and when its station tells of its firmware, by triggers, and
when its station has been silent for too long. So each look costs what there is news of, however
many tasks are under way.
"""

from uuid import UUID

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.notices import COMMAND_WAITS

JUDGED_AT_ONCE = 500


async def judge(database: Database) -> bool:
    """Keep what came of tasks of which there is news; whether there was any.

    An outcome stays until another one is certain: firmware may come after all.
    """
    async with database.transaction() as connection:
        cursor = await connection.execute(
            """
            select campaign_id, station_id from campaign_task where look_at <= now()
            order by look_at limit %s for update skip locked
            """,
            (JUDGED_AT_ONCE,),
        )
        found = await cursor.fetchall()
        if not found:
            return False
        # A statement of its own sees all that was told until the tasks were locked.
        await connection.execute(
            """
            update campaign_task set outcome = coalesce(judged.outcome, campaign_task.outcome),
                firmware_status = judged.firmware_status,
                look_at = case when coalesce(judged.outcome, campaign_task.outcome) is null
                    then judged.quiet_until end
            from unnest(%s::uuid[], %s::text[]) as news (campaign_id, station_id)
            join campaign_judgement as judged using (campaign_id, station_id)
            where campaign_task.campaign_id = judged.campaign_id
                and campaign_task.station_id = judged.station_id
            """,
            [list(column) for column in zip(*found, strict=True)],
        )
    return True


async def move(database: Database) -> bool:
    """Begin the waves that are due, and end what is over; whether there was any.

    A wave's commands are opened in the transaction that ends the wave before.
    """
    async with database.transaction() as connection:
        cursor = await connection.execute(
            """
            select id, state, most_failures, (
                select count(*) from campaign_task
                where campaign_id = campaign.id and outcome = 'failed'
            ), (
                select min(wave) from campaign_task
                where campaign_id = campaign.id and command_id is null
            )
            from campaign where state in ('running', 'paused') and not exists (
                select from campaign_task where campaign_id = campaign.id
                    and command_id is not null and outcome is null
            )
            for update skip locked
            """
        )
        moved = False
        for campaign_id, state, most_failures, failures, wave in await cursor.fetchall():
            if most_failures is not None and failures > most_failures:
                await end(connection, campaign_id, "stopped", f"{failures} tasks failed")
            elif wave is None:
                await end(connection, campaign_id, "done", None)
            elif state == "running":
                await _begin(connection, campaign_id, wave)
            else:
                continue
            moved = True
    return moved


async def end(connection: Connection, campaign_id: UUID, state: str, reason: str | None) -> None:
    """Begin no further wave, and forget secrets."""
    await connection.execute(
        """
        with forgotten as (update campaign_request set sealed = null where campaign_id = %(id)s)
        update campaign set state = %(state)s, reason = %(reason)s, over_at = now(), sealed = null
        where id = %(id)s
        """,
        {"id": campaign_id, "state": state, "reason": reason},
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
            select command_id, due.station_id, told.ocpp_version, told.action, told.request,
                case when waits then told.sealed end,
                now() + make_interval(secs => greatest(30, hold_seconds)),
                case when waits then 'pending' else 'undelivered' end,
                case when not waits then now() end,
                case when not waits then 'station ' || due.station_id || ' is not connected' end
            from due join campaign on campaign.id = %(campaign)s
            join station on station.id = due.station_id
            left join live_connection on live_connection.station_id = due.station_id
            left join campaign_request as own on own.campaign_id = campaign.id
                and own.ocpp_version = coalesce(live_connection.ocpp_version, last_ocpp_version)
            cross join lateral (
                select campaign.ocpp_version, campaign.action, campaign.request, campaign.sealed
                where own.campaign_id is null
                union all
                select own.ocpp_version, own.action, own.request, own.sealed
                where own.campaign_id is not null
            ) as told
            cross join lateral (select epoch is not null or hold_seconds > 0 as waits) as held
            returning id, station_id, state
        )
        select pg_notify(%(channel)s, station_id) from opened where state = 'pending'
        """,
        {"campaign": campaign_id, "wave": wave, "channel": COMMAND_WAITS},
    )
    await cursor.fetchall()
