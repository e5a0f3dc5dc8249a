"""Transactions on the database, whose statements may be sent without waiting."""

from typing import LiteralString

import psycopg
import pytest

from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import NotStorableError

pytestmark = pytest.mark.integration

PUT = "insert into outbox (event) values (%s)"


@pytest.mark.parametrize(
    "fails",
    ["insert into outbox (event) values (null)", "select '3'::integer / '0.5'::integer"],
)
async def test_a_pipeline_keeps_all_or_nothing(kept: Database, fails: LiteralString) -> None:
    async def lost(last: LiteralString) -> None:
        async with kept.pipeline() as connection:
            await connection.execute(PUT, ("lost",))
            await (await connection.execute(last)).fetchall()

    with pytest.raises(NotStorableError):
        await lost(fails)
    with pytest.raises(psycopg.ProgrammingError):  # No rows to fetch: it ends in between.
        await lost("set statement_timeout to 0")
    async with kept.pipeline() as connection:
        await connection.execute(PUT, ("kept",))
    async with kept.statement() as connection:
        stays = await (await connection.execute("select event from outbox")).fetchall()
    assert stays == [("kept",)]
