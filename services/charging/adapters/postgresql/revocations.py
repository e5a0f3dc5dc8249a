"""Revoked certificates of stations in PostgreSQL, and which of them were published."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from psycopg.rows import class_row

from services.charging.adapters.postgresql.database import Database
from services.charging.application.revocations import Unpublished
from services.charging.domain.station_certificates import Revoked


class PostgresRevocations:
    """See `services.charging.application.revocations.RevocationBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def unpublished(
        self, trust_store: str, at: datetime
    ) -> AsyncIterator[Unpublished | None]:
        """Of those that have not ended at `at`; another trust store was told nothing yet."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select serials, case when trust_store = %s then number end,
                    coalesce(trust_store = %s, serials = '{}')
                from revocation_list for update skip locked
                """,
                (trust_store, trust_store),
            )
            row = await cursor.fetchone()
            if row is None:
                yield None
                return
            serials, number, was_told = row
            async with connection.cursor(row_factory=class_row(Revoked)) as found:
                await found.execute(
                    """
                    select serial, revoked_at as at from station_certificate
                    where state = 'revoked' and not_after > %s order by serial
                    """,
                    (at,),
                )
                revoked = await found.fetchall()
            now = [one.serial for one in revoked]
            if was_told and now == serials:
                yield None
                return
            news = Unpublished(revoked, number)
            yield news
            await connection.execute(
                """
                update revocation_list
                set trust_store = %s, number = %s, serials = %s, published_at = %s
                """,
                (trust_store, news.number, now, at),
            )
