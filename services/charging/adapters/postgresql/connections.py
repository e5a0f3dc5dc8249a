"""Which node holds which station's connection, fenced by epochs.

Each connection gets an epoch, higher than all before it on any node. The highest epoch of a station
is its connection; an older one can neither take it back nor deregister it.
"""

from uuid import UUID

from services.charging.adapters.postgresql.database import Database

NODE_SEEN_EVERY = 10.0
"""Seconds between a node's signs of life; see the view of stations for how many may be missed."""


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

    async def register(self, station_id: str) -> int:
        """The epoch of a new connection of this station."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                insert into station_connection as known (station_id, epoch, node_id, connected_at)
                values (%s, nextval('connection_epoch'), %s, now())
                on conflict (station_id) do update set epoch = excluded.epoch,
                    node_id = excluded.node_id, connected_at = excluded.connected_at
                    where known.epoch < excluded.epoch
                returning epoch
                """,
                (station_id, self._node_id),
            )
            row = await cursor.fetchone()
            return int(row[0]) if row else 0

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
