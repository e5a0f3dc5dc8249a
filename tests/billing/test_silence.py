"""A PostgreSQL that hangs while its host answers: billing waits for it no longer than others do."""

import asyncio

import pytest

from contracts import silence
from services.billing.adapters.database import UNAVAILABLE, Pool
from tests.postgres import Server

pytestmark = pytest.mark.integration


async def test_whoever_waits_for_an_answer_or_a_commit_hears_that_there_is_none(
    pool: Pool, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "LONGEST", 0.3)
    async with pool.connection() as connection:
        await connection.execute("select 1")

    async def begun() -> None:
        async with pool.connection() as connection:
            await connection.execute("create table lost ()")
            frozen.__enter__()

    frozen = postgres.frozen()
    try:
        with pytest.raises(UNAVAILABLE):
            await asyncio.wait_for(begun(), 10)
        with pytest.raises(UNAVAILABLE):
            async with asyncio.timeout(10), pool.connection(timeout=1) as connection:
                await connection.execute("select 1")
    finally:
        frozen.__exit__(None, None, None)
    async with asyncio.timeout(20), pool.connection() as connection:
        await connection.execute("select 1")
