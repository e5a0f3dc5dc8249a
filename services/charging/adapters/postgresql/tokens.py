"""Tokens in PostgreSQL."""

from collections.abc import Sequence

from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import TakenError
from services.charging.domain.tokens import Token, TokenStatus


class PostgresTokens:
    """All tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, uid: str) -> Token | None:
        """The token by its uid in upper case."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "select uid, status, driver, driver_id, group_uid from token where uid = %s", (uid,)
            )
            row = await cursor.fetchone()
            return None if row is None else Token(row[0], TokenStatus(row[1]), *row[2:])

    async def put(self, company_id: str, tokens: Sequence[Token]) -> int:
        """Keep these tokens of a company, all or none of them; how many are new.

        Raises `TakenError`.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                insert into token (company_id, uid, status, driver, driver_id, group_uid)
                select %s::text, * from unnest(%s::text[], %s::text[], %s::text[], %s::text[],
                    %s::text[])
                on conflict (uid) do update set status = excluded.status,
                    driver = excluded.driver, driver_id = excluded.driver_id,
                    group_uid = excluded.group_uid
                    where token.company_id = excluded.company_id
                returning token.uid, xmax = 0
                """,
                (
                    company_id,
                    [token.uid for token in tokens],
                    [token.status.value for token in tokens],
                    [token.driver for token in tokens],
                    [token.driver_id for token in tokens],
                    [token.group_uid for token in tokens],
                ),
            )
            is_new = dict(await cursor.fetchall())
            for token in tokens:
                if token.uid not in is_new:
                    raise TakenError(f"another company has the token {token.uid}")
            return sum(is_new.values())
