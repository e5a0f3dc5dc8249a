"""Idempotency keys in PostgreSQL."""

import json

from services.charging.adapters.postgresql.database import Database
from services.charging.application.idempotency import Answer, Earlier


class PostgresIdempotencyKeys:
    """See `services.charging.application.idempotency.IdempotencyKeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, caller: str, key: str, fingerprint: bytes) -> Earlier | None:
        """None: nobody used this key in the last 24 hours, and now it is in use."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "delete from idempotency_key where asked_at < now() - interval '24 hours'"
            )
            cursor = await connection.execute(
                """
                insert into idempotency_key (caller, key, fingerprint) values (%s, %s, %s)
                on conflict do nothing
                """,
                (caller, key, fingerprint),
            )
            if cursor.rowcount == 1:
                return None
            cursor = await connection.execute(
                """
                select fingerprint, status, headers, body from idempotency_key
                where caller = %s and key = %s
                """,
                (caller, key),
            )
            row = await cursor.fetchone()
        if row is None:  # released in between: as good as under way
            return Earlier(fingerprint, None)
        was, status, headers, body = row
        return Earlier(was, None if status is None else Answer(status, headers, body))

    async def answer(self, caller: str, key: str, answer: Answer) -> None:
        """Keep what it got."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update idempotency_key set status = %s, headers = %s::json, body = %s
                where caller = %s and key = %s
                """,
                (answer.status, json.dumps(answer.headers), answer.body, caller, key),
            )

    async def release(self, caller: str, key: str) -> None:
        """Nothing was done: the key is free."""
        async with self._database.statement() as connection:
            await connection.execute(
                "delete from idempotency_key where caller = %s and key = %s", (caller, key)
            )
