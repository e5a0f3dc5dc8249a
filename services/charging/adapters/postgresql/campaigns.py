"""Campaigns in PostgreSQL; see `services.charging.application.campaigns.CampaignBook`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import LiteralString
from uuid import UUID

from services.charging.adapters.postgresql.campaign_waves import end, judge, move
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.adapters.sealing import NO_SEAL, Seal
from services.charging.application.campaigns import (
    Campaign,
    CampaignView,
    Outcome,
    StationFilter,
    TaskView,
)
from services.charging.application.scope import Scope

_VIEW: LiteralString = """
    select id, number, name, ocpp_version, action, request, wave_size, most_failures,
        hold_seconds, state, reason, started_at, over_at, progress.*,
        array(
            select json_build_object(
                'ocpp_version', other.ocpp_version, 'action', other.action,
                'request', other.request
            ) from campaign_request as other
            where other.campaign_id = campaign.id order by other.ocpp_version
        ) as others
    from campaign cross join lateral (
        select count(*) as tasks,
            count(*) filter (where state = 'waiting') as waiting,
            count(*) filter (where state <> 'waiting' and outcome is null) as under_way,
            count(*) filter (where outcome = 'succeeded') as succeeded,
            count(*) filter (where outcome = 'failed') as failed
        from campaign_outcome where campaign_outcome.campaign_id = campaign.id
    ) as progress
"""

_MATCHING: LiteralString = """
    select station.id from station
    left join live_connection on live_connection.station_id = station.id
    where (%(site_id)s::text is null or site_id = %(site_id)s)
        and (%(vendor)s::text is null or %(vendor)s = coalesce(
            boot ->> 'chargePointVendor', boot #>> '{chargingStation,vendorName}'))
        and (%(model)s::text is null or %(model)s = coalesce(
            boot ->> 'chargePointModel', boot #>> '{chargingStation,model}'))
        and (%(firmware_version)s::text is null or %(firmware_version)s = coalesce(
            boot ->> 'firmwareVersion', boot #>> '{chargingStation,firmwareVersion}'))
        and (%(ocpp_version)s::text is null
            or %(ocpp_version)s = coalesce(ocpp_version, last_ocpp_version))
    order by station.id
"""


@dataclass(frozen=True, slots=True)
class _Named:
    id: str


class PostgresCampaigns:
    """What becomes of their tasks: `services.charging.adapters.postgresql.campaign_waves`."""

    def __init__(self, database: Database, seal: Seal = NO_SEAL) -> None:
        """`seal`: of requests that tell secrets."""
        self._database = database
        self._seal = seal
        self._reader = ScopedReader(database)

    async def open(self, campaign: Campaign) -> Sequence[str]:
        """Keep it once; the stations that the company has not, and then nothing is kept."""
        shown, sealed = self._seal.closed(campaign.request.decode())
        others = [(other, *self._seal.closed(other.request.decode())) for other in campaign.others]
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
                    sealed, has_secrets, wave_size, most_failures, hold_seconds)
                values (%s, %s, %s, %s, %s, %s::json, %s, %s, %s, %s, %s)
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
                    any(secret is not None for secret in (sealed, *(one[2] for one in others))),
                    campaign.wave_size,
                    campaign.most_failures,
                    campaign.hold_seconds,
                ),
            )
            if not cursor.rowcount:
                return []
            await connection.cursor().executemany(
                """
                insert into campaign_request (campaign_id, ocpp_version, action, request, sealed)
                values (%s, %s, %s, %s::json, %s)
                """,
                [
                    (campaign.id, other.ocpp_version, other.action, shown_other, sealed_other)
                    for other, shown_other, sealed_other in others
                ],
            )
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
        """Judge what there is news of, begin the waves that are due, and end what is over."""
        judged = await judge(self._database)
        return await move(self._database) or judged

    async def stop(self, scope: Scope, campaign_id: UUID) -> None:
        """Begin no further wave."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select id from campaign where id = %s and company_id = %s
                    and state in ('running', 'paused') for update
                """,
                (campaign_id, scope.company_id),
            )
            if await cursor.fetchone() is not None:
                await end(connection, campaign_id, "stopped", "by an operator")

    async def pause(self, scope: Scope, campaign_id: UUID, *, paused: bool) -> bool:
        """Begin no wave until told so; False when it is over."""
        before, after = ("running", "paused") if paused else ("paused", "running")
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                update campaign set state = %(after)s where id = %(id)s
                    and company_id = %(company)s and state in (%(before)s, %(after)s)
                """,
                {
                    "id": campaign_id,
                    "company": scope.company_id,
                    "before": before,
                    "after": after,
                },
            )
            return bool(cursor.rowcount)

    async def retry(self, scope: Scope, campaign_id: UUID) -> int | None:
        """Let failed tasks wait for waves after the last; how many, or None: secrets are gone."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select has_secrets and over_at is not null, wave_size, (
                    select max(wave) from campaign_task where campaign_id = campaign.id
                ) from campaign where id = %s and company_id = %s for update
                """,
                (campaign_id, scope.company_id),
            )
            row = await cursor.fetchone()
            if row is None or row[0]:
                return None
            cursor = await connection.execute(
                """
                with failed as (
                    select station_id, row_number() over (order by wave, station_id) as place
                    from campaign_task where campaign_id = %(id)s and outcome = 'failed'
                )
                update campaign_task set command_id = null, outcome = null, look_at = null,
                    firmware_status = null, attempt = attempt + 1,
                    wave = %(last)s + 1 + (failed.place - 1) / %(size)s
                from failed where campaign_id = %(id)s
                    and campaign_task.station_id = failed.station_id
                """,
                {"id": campaign_id, "size": row[1], "last": row[2]},
            )
            tasks = cursor.rowcount
            if tasks:
                await connection.execute(
                    """
                    update campaign set state = 'running', reason = null, over_at = null
                    where id = %s and state in ('done', 'stopped')
                    """,
                    (campaign_id,),
                )
        return tasks

    async def matching(self, scope: Scope, wanted: StationFilter) -> Sequence[str]:
        """The stations that fit, in the order of their ids."""
        found = await self._reader.read(scope, _Named, _MATCHING, asdict(wanted))
        return [station.id for station in found]

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
            select station_id, wave, attempt, state, outcome, command_id, ocpp_version, sent_at,
                over_at, answer, reason, firmware_status
            from campaign_outcome
            where campaign_id = %(id)s and station_id > %(after)s
                and (%(outcome)s::text is null or outcome = %(outcome)s)
            order by station_id limit %(limit)s
        """
        parameters = {"id": campaign_id, "outcome": outcome, "after": after, "limit": limit}
        return await self._reader.read(scope, TaskView, query, parameters)
