"""Transactions on the database, whose statements may be sent without waiting."""

from typing import LiteralString

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from contracts.postgresql import PATIENCE
from services.billing.adapters.database import conninfo as billing_conninfo
from services.charging.adapters.postgresql.database import Database, conninfo
from services.charging.application.ports import NotStorableError, TooSlowError, UnavailableError

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


async def test_who_meets_a_node_that_only_reads_repeats_at_one_that_writes(kept: Database) -> None:
    async def lost() -> None:
        async with kept.statement() as connection:
            await connection.execute("set session characteristics as transaction read only")
            await connection.execute(PUT, ("lost",))

    with pytest.raises(UnavailableError, match="read-only"):
        await lost()
    for _ in range(4):  # More than the pool has connections.
        async with kept.statement() as connection:
            await connection.execute(PUT, ("kept",))


def test_who_vanishes_is_noticed() -> None:
    for connect in (conninfo, billing_conninfo):
        known = conninfo_to_dict(
            connect(host="database", port=5432, name="x", username="y", password="z")
        )
        assert PATIENCE.items() <= known.items()


async def test_a_question_that_takes_too_long_is_given_up(kept: Database) -> None:
    async with kept.statement() as connection:
        conninfo = connection.info.dsn
    questions = Database(conninfo, connections=2, seconds_a_statement=1)
    await questions.open()
    with pytest.raises(TooSlowError, match="more than 1 s"):
        async with questions.statement() as connection:
            await connection.execute("select pg_sleep(60)")
    async with questions.statement() as connection:
        assert await (await connection.execute("select 1")).fetchall() == [(1,)]
        mode = await connection.execute("show plan_cache_mode")
        assert await mode.fetchall() == [("force_custom_plan",)]
    await questions.close()
