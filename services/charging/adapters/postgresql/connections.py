"""Which node holds which station's connection, fenced by epochs.

Each connection gets an epoch, higher than all before it on any node. The highest epoch of a station
is its connection; an older one can neither take it back nor deregister it.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.notices import SUPERSEDED
from services.charging.adapters.postgresql.sites.due import SITES_DUE
from services.charging.application.ports import UnavailableError
from services.charging.domain.admission import Admission, Arrival, SecurityProfile
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.registration import Registration
from services.charging.domain.stations import StationKey

logger = logging.getLogger(__name__)

_ARRIVE: LiteralString = """
    , elsewhere as (
        select station_id from station_connection
        where station_id = any(%(stations)s) and node_id <> %(node)s
    ), newest as (
        insert into station_connection as known
            (station_id, epoch, node_id, connected_at, ocpp_version)
        select station_id, epoch, %(node)s, now(), ocpp_version
        from unnest(%(stations)s::text[], %(epochs)s::bigint[], %(versions)s::text[])
            as arrival (station_id, epoch, ocpp_version)
        order by station_id
        on conflict (station_id) do update set epoch = excluded.epoch,
            node_id = excluded.node_id, connected_at = excluded.connected_at,
            ocpp_version = excluded.ocpp_version
            where known.epoch < excluded.epoch
        returning station_id, epoch
    ), spoken as (
        update station set last_ocpp_version = ocpp_version
        from unnest(%(stations)s::text[], %(versions)s::text[])
            as arrival (station_id, ocpp_version)
        where id = station_id and last_ocpp_version is distinct from ocpp_version
    )
    -- Only when a node must hear of it: transactions that notify commit one by one.
    select newest.station_id, exists (
            select from command
            where command.station_id = newest.station_id and over_at is null and state = 'pending'
        ), case when elsewhere.station_id is not null
            then pg_notify(%(channel)s, newest.epoch || ' ' || newest.station_id) end
    from newest left join elsewhere using (station_id)
"""
# Their drivers may begin by the local list, unseen.
_DEPART: LiteralString = """
    delete from station_connection as known
    using unnest(%(stations)s::text[], %(epochs)s::bigint[]) as gone (station_id, epoch)
    where known.station_id = gone.station_id and known.epoch = gone.epoch
"""


@dataclass(slots=True)
class _Admission:
    station_id: str
    granted: Admission | None = None


@dataclass(slots=True)
class _Arriving:
    station_id: str
    epoch: int
    version: str
    stands: Arrival = Arrival.SUPERSEDED


class PostgresConnections:
    """The connections of one node. After a power cut they all come at once: hence in groups."""

    def __init__(self, database: Database, node_id: UUID) -> None:
        self._database = database
        self._node_id = node_id
        self._here: dict[tuple[str, int], str] = {}
        """The versions of the connections of this node, by station and epoch."""
        self._gone: set[tuple[str, int]] = set()
        """Those of which it is not certain yet that the database has them no more."""
        self._admissions: CommitGroup[_Admission] = CommitGroup(
            self._admit, subject=lambda admission: admission.station_id
        )
        self._arrivals: CommitGroup[_Arriving] = CommitGroup(
            self._arrive, subject=lambda arrival: arrival.station_id
        )
        self._departures: CommitGroup[tuple[str, int]] = CommitGroup(self._depart)

    async def seen(self) -> None:
        """This node is alive; those that show no sign of life for a minute are dead.

        Their stations are away from then on. Only a node that was seen all the while may say so: a
        database that was away must not make its nodes dead. One that was taken for dead and is not
        comes back with its stations.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                with this as (
                    select seen_at > now() - interval '30 seconds' as is_alive from node
                    where id = %(node)s
                ), dead as (
                    delete from node where seen_at < now() - interval '1 minute'
                        and id <> %(node)s and (select is_alive from this)
                ), alive as (
                    insert into node (id, seen_at) values (%(node)s, now())
                    on conflict (id) do update set seen_at = excluded.seen_at
                )
                select exists (select from this)
                """,
                {"node": self._node_id},
            )
            row = await cursor.fetchone()
        if self._here and row == (False,):
            await self._come_back()
        if gone := list(self._gone):
            await self._depart(gone)
            self._gone.difference_update(gone)

    async def _come_back(self) -> None:
        """Register the stations that are here again; those that have gone elsewhere are let go."""
        logger.warning("was taken for dead", extra={"stations": len(self._here)})
        arrived = dict(self._here)
        arrivals = [_Arriving(*key, version) for key, version in arrived.items()]
        await asyncio.gather(*(self._arrivals.add(arrival) for arrival in arrivals))
        # Who went meanwhile may have been registered after all.
        self._gone.update(arrived.keys() - self._here.keys())
        gone = [arrival.station_id for arrival in arrivals if not arrival.stands]
        async with self._database.statement() as connection:
            await connection.execute(
                """
                select pg_notify(%s, epoch || ' ' || station_id) from station_connection
                where station_id = any(%s)
                """,
                (SUPERSEDED, gone),
            )

    async def admission(self, station_id: str) -> Admission | None:
        """What is known of a station; None when there is no such station."""
        asked = _Admission(station_id)
        await self._admissions.add(asked)
        return asked.granted

    async def register(self, station_id: str, epoch: int, version: Version) -> Arrival:
        """The station is connected here, unless it has a newer connection already.

        Its commands that are opened from now on are told of.
        """
        arrival = _Arriving(station_id, epoch, version.name)
        try:
            await self._arrivals.add(arrival)
        except UnavailableError:
            self._gone.add((station_id, epoch))  # It may be registered all the same.
            raise
        if arrival.stands:
            self._here[station_id, epoch] = version.name
        return arrival.stands

    async def deregister(self, station_id: str, epoch: int) -> None:
        """The connection of this epoch is gone; a newer one stays.

        What cannot be kept now is kept at one of the next signs of life.
        """
        gone = (station_id, epoch)
        self._here.pop(gone, None)
        self._gone.add(gone)
        await self._departures.add(gone)
        self._gone.discard(gone)

    async def _admit(self, asked: Sequence[_Admission]) -> None:
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                select id, security_profile, key_salt, key_digest,
                    array(
                        select salt from next_station_key
                        where station_id = station.id order by rotation
                    ),
                    array(
                        select digest from next_station_key
                        where station_id = station.id order by rotation
                    ),
                    nextval('connection_epoch'),
                    array(
                        select serial from station_certificate
                        where station_id = station.id and state in ('issued', 'accepted')
                    ),
                    array(
                        select serial from station_certificate
                        where station_id = station.id and state = 'revoked' and not_after > now()
                    ),
                    company_id, coalesce(heard_registration, registration)
                from station where id = any(%s)
                """,
                ([admission.station_id for admission in asked],),
            )
            granted = {
                row[0]: Admission(
                    station_id=row[0],
                    profile=SecurityProfile(row[1]),
                    key=StationKey(row[2], row[3]),
                    next_keys=[StationKey(*key) for key in zip(row[4], row[5], strict=True)],
                    epoch=row[6],
                    unused=row[7],
                    revoked=row[8],
                    company=row[9],
                    registration=Registration(row[10]),
                )
                for row in await cursor.fetchall()
            }
        for admission in asked:
            admission.granted = granted.get(admission.station_id)

    async def _arrive(self, arrivals: Sequence[_Arriving]) -> None:
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                SITES_DUE + _ARRIVE,
                {
                    "stations": [arrival.station_id for arrival in arrivals],
                    "epochs": [arrival.epoch for arrival in arrivals],
                    "versions": [arrival.version for arrival in arrivals],
                    "node": self._node_id,
                    "channel": SUPERSEDED,
                },
            )
            awaited = {station_id: waits for station_id, waits, _ in await cursor.fetchall()}
        for arrival in arrivals:
            if arrival.station_id in awaited:
                waits = awaited[arrival.station_id]
                arrival.stands = Arrival.AWAITED if waits else Arrival.NEWEST

    async def _depart(self, departures: Sequence[tuple[str, int]]) -> None:
        stations, epochs = map(list, zip(*departures, strict=True))
        async with self._database.statement() as connection:
            await connection.execute(SITES_DUE + _DEPART, {"stations": stations, "epochs": epochs})

    async def leave(self) -> None:
        """This node holds no connections any more."""
        async with self._database.statement() as connection:
            await connection.execute("delete from node where id = %s", (self._node_id,))
