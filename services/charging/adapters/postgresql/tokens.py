"""Tokens in PostgreSQL."""

from collections.abc import Sequence

from services.charging.adapters.postgresql.database import Database
from services.charging.domain.tokens import Token, TokenStatus


class PostgresTokens:
    """All tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, uid: str) -> Token | None:
        """The token by its uid in upper case."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "select uid, status, driver from token where uid = %s", (uid,)
            )
            row = await cursor.fetchone()
            return None if row is None else Token(row[0], TokenStatus(row[1]), row[2])

    async def put(self, tokens: Sequence[Token]) -> int:
        """Keep these tokens as they are given; how many of them are new."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                merge into token using (
                    select * from unnest(%s::text[], %s::text[], %s::text[])
                    as given (uid, status, driver)
                ) as given on token.uid = given.uid
                when matched then update set status = given.status, driver = given.driver
                when not matched then insert values (given.uid, given.status, given.driver)
                returning merge_action()
                """,
                (
                    [token.uid for token in tokens],
                    [token.status.value for token in tokens],
                    [token.driver for token in tokens],
                ),
            )
            return sum(action == "INSERT" for (action,) in await cursor.fetchall())
