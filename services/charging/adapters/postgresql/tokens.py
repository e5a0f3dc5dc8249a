"""Tokens in PostgreSQL."""

from collections.abc import Sequence
from typing import Any, LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import TakenError
from services.charging.domain.tokens import Token, TokenStatus

TOKENS_AT: LiteralString = """
    select token.uid, token.status, token.driver, token.driver_id, token.group_uid,
        said.station_id
    from unnest(%s::text[], %s::text[]) as said (station_id, uid)
    join station on station.id = said.station_id
    join site on site.id = station.site_id
    join token on token.uid = said.uid
        and (token.company_id = station.company_id or site.kind = 'public')
"""
"""The tokens shown at stations: at home and at work a company lets in its own and no others."""


def token_of(row: Sequence[Any]) -> Token:
    """A row of `TOKENS_AT`."""
    return Token(row[0], TokenStatus(row[1]), *row[2:5])


class PostgresTokens:
    """All tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, uid: str, station_id: str) -> Token | None:
        """The token by its uid in upper case, if it counts at this station."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(TOKENS_AT, ([station_id], [uid]))
            row = await cursor.fetchone()
            return None if row is None else token_of(row)

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
