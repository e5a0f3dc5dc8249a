"""Which node holds which station's connection, fenced by epochs.

Each connection gets an epoch, higher than all before it on any node. The highest epoch of a station
is its connection; an older one can neither take it back nor deregister it.
"""

from uuid import UUID

from services.charging.adapters.postgresql.database import Database
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
                insert into station_connection as known (station_id, epoch, node_id, connected_at)
                values (%s, %s, %s, now())
                on conflict (station_id) do update set epoch = excluded.epoch,
                    node_id = excluded.node_id, connected_at = excluded.connected_at
                    where known.epoch < excluded.epoch
                """,
                (station_id, epoch, self._node_id),
            )
            return cursor.rowcount == 1

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
