"""Changes in PostgreSQL, where triggers write them; see `services.charging.application.changes`."""

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.changes import BEFORE_ALL, Change, Place
from services.charging.application.scope import Scope


class PostgresChanges:
    """Reads only what is older than any open transaction: nothing comes in before it any more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def latest(self) -> Place:
        """The place of the last one that can be read."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                select transaction::text as as_text, id from change
                where transaction < pg_snapshot_xmin(pg_current_snapshot())
                order by transaction desc, id desc limit 1
                """
            )
            row = await cursor.fetchone()
            return BEFORE_ALL if row is None else Place(int(row[0]), row[1])

    async def is_kept(self, place: Place) -> bool:
        """Whether every change after this place is still there."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                select min(id) from change where transaction = (
                    select transaction from change order by transaction, id limit 1
                )
                """
            )
            row = await cursor.fetchone()
            oldest = None if row is None else row[0]
            return oldest is None or place.id >= int(oldest) - 1

    async def after(self, scope: Scope, place: Place, *, limit: int) -> list[Change]:
        """Those in a caller's scope, in order."""
        query = """
            select id, transaction::text::bigint as transaction, at, station_id, kind, data
            from change
            where (change.transaction, id) > (%(transaction)s::text::xid8, %(id)s::bigint)
                and change.transaction < pg_snapshot_xmin(pg_current_snapshot())
            order by change.transaction, id limit %(limit)s
        """
        parameters = {"transaction": str(place.transaction), "id": place.id, "limit": limit}
        return await self._reader.read(scope, Change, query, parameters)
