"""Which node holds which station's connection, fenced by epochs.

Each connection gets an epoch, higher than all before it on any node. The highest epoch of a station
is its connection; an older one can neither take it back nor deregister it.
"""

from uuid import UUID

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.notices import SUPERSEDED
from services.charging.domain.stations import StationKey


class PostgresConnections:
    """The connections of one node."""

    def __init__(self, database: Database, node_id: UUID) -> None:
        self._database = database
        self._node_id = node_id

    async def seen(self) -> None:
        """This node is alive."""
        async with self._database.transaction() as connection:
            await connection.execute(
                """
                insert into node (id, seen_at) values (%s, now())
                on conflict (id) do update set seen_at = excluded.seen_at
                """,
                (self._node_id,),
            )
            await connection.execute("delete from node where seen_at < now() - interval '1 hour'")

    async def admission(self, station_id: str) -> tuple[StationKey, int] | None:
        """What is kept of the station's key, and an epoch; None when there is no such station."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                select key_salt, key_digest, nextval('connection_epoch') from station
                where id = %s
                """,
                (station_id,),
            )
            row = await cursor.fetchone()
            return None if row is None else (StationKey(row[0], row[1]), row[2])

    async def register(self, station_id: str, epoch: int) -> bool:
        """The station is connected here; False when it has a newer connection already."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                with elsewhere as (
                    select station_id from station_connection
                    where station_id = %(station)s and node_id <> %(node)s
                ), newest as (
                    insert into station_connection as known
                        (station_id, epoch, node_id, connected_at)
                    values (%(station)s, %(epoch)s, %(node)s, now())
                    on conflict (station_id) do update set epoch = excluded.epoch,
                        node_id = excluded.node_id, connected_at = excluded.connected_at
                        where known.epoch < excluded.epoch
                    returning station_id, epoch
                )
                -- Only when a node must hear of it: transactions that notify commit one by one.
                select case when elsewhere.station_id is not null
                    then pg_notify(%(channel)s, newest.epoch || ' ' || newest.station_id) end
                from newest left join elsewhere using (station_id)
                """,
                {
                    "station": station_id,
                    "epoch": epoch,
                    "node": self._node_id,
                    "channel": SUPERSEDED,
                },
            )
            return await cursor.fetchone() is not None

    async def deregister(self, station_id: str, epoch: int) -> None:
        """The connection of this epoch is gone; a newer one stays."""
        async with self._database.statement() as connection:
            await connection.execute(
                "delete from station_connection where station_id = %s and epoch = %s",
                (station_id, epoch),
            )

    async def leave(self) -> None:
        """This node holds no connections any more."""
        async with self._database.statement() as connection:
            await connection.execute("delete from node where id = %s", (self._node_id,))
