"""Idempotency keys in PostgreSQL."""

import json

from services.charging.adapters.postgresql.database import Database
from services.charging.application.idempotency import LONGEST_REQUEST, Answer, Earlier, Turn


class PostgresIdempotencyKeys:
    """See `services.charging.application.idempotency.IdempotencyKeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, caller: str, key: str, fingerprint: bytes) -> Turn | Earlier:
        """A turn, unless the request was answered, is under way, or was another one."""
        asked = {"caller": caller, "key": key, "fingerprint": fingerprint}
        async with self._database.transaction() as connection:
            await connection.execute(
                "delete from idempotency_key where asked_at < now() - interval '24 hours'"
            )
            cursor = await connection.execute(
                """
                insert into idempotency_key as known (caller, key, fingerprint)
                values (%(caller)s, %(key)s, %(fingerprint)s)
                on conflict (caller, key) do update set taken_at = now()
                    where known.status is null and known.fingerprint = excluded.fingerprint
                        and known.taken_at < now() - %(longest)s
                returning effect_id
                """,
                asked | {"longest": LONGEST_REQUEST},
            )
            if turn := await cursor.fetchone():
                return Turn(turn[0])
            cursor = await connection.execute(
                """
                select fingerprint, status, headers, body from idempotency_key
                where caller = %(caller)s and key = %(key)s
                """,
                asked,
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

    async def put_back(self, caller: str, key: str) -> None:
        """The same request may be carried out again, with the same effect."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update idempotency_key set taken_at = '-infinity' where caller = %s and key = %s
                """,
                (caller, key),
            )

    async def release(self, caller: str, key: str) -> None:
        """Nothing was done: the key is free."""
        async with self._database.statement() as connection:
            await connection.execute(
                "delete from idempotency_key where caller = %s and key = %s", (caller, key)
            )
