"""Tokens in PostgreSQL."""

from collections.abc import Sequence
from typing import Any, LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import TakenError
from services.charging.application.preconditions import (
    WHATEVER_IS_THERE,
    Entered,
    Precondition,
)
from services.charging.domain.tokens import Token, TokenStatus

TOKENS_AT: LiteralString = """
    select token.uid, token.status, token.driver, token.driver_id, token.group_uid,
        token.ad_hoc and token.company_id = station.company_id and site.kind = 'public',
        said.station_id
    from unnest(%s::text[], %s::text[]) as said (station_id, uid)
    join station on station.id = said.station_id
    join site on site.id = station.site_id
    join token on token.uid = said.uid
        and (token.company_id = station.company_id or site.kind = 'public')
"""
"""The tokens shown at stations: at home and at work a company lets in its own and no others; ad hoc
it asks its own for what it publishes, not those who have paid somebody else."""


def token_of(row: Sequence[Any]) -> Token:
    """A row of `TOKENS_AT`."""
    return Token(row[0], TokenStatus(row[1]), *row[2:6])


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

    async def put(
        self,
        company_id: str,
        tokens: Sequence[Token],
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> Sequence[Entered]:
        """Keep these tokens of a company, all or none of them.

        Raises `TakenError`, and `ChangedMeanwhileError` when the precondition fails for one.
        """
        uids = [token.uid for token in tokens]
        async with self._database.transaction() as connection:
            stands = dict.fromkeys(uids)
            cursor = await connection.execute(
                """
                select uid, version from token where uid = any(%s) and company_id = %s
                order by uid for no key update
                """,
                (uids, company_id),
            )
            stands |= dict(await cursor.fetchall())
            for version in stands.values():
                precondition.check(version)
            cursor = await connection.execute(
                """
                insert into token (company_id, uid, status, driver, driver_id, group_uid, ad_hoc)
                select %s::text, * from unnest(%s::text[], %s::text[], %s::text[], %s::text[],
                    %s::text[], %s::boolean[])
                on conflict (uid) do update set status = excluded.status,
                    driver = excluded.driver, driver_id = excluded.driver_id,
                    group_uid = excluded.group_uid, ad_hoc = excluded.ad_hoc,
                    version = token.version + 1,
                    blocked_at = case
                        when excluded.status <> 'blocked' then null
                        when token.status = 'blocked' then token.blocked_at
                        else now() end
                    where token.company_id = excluded.company_id
                returning token.uid, xmax = 0, version
                """,
                (
                    company_id,
                    uids,
                    [token.status.value for token in tokens],
                    [token.driver for token in tokens],
                    [token.driver_id for token in tokens],
                    [token.group_uid for token in tokens],
                    [token.ad_hoc for token in tokens],
                ),
            )
            entered = {
                uid: precondition.entered(is_new=is_new, version=version)
                for uid, is_new, version in await cursor.fetchall()
            }
            for uid in uids:
                if uid not in entered:
                    raise TakenError(f"another company has the token {uid}")
            return [entered[uid] for uid in uids]
