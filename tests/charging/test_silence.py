"""A PostgreSQL that hangs while its host answers: nobody waits for it for ever."""

import asyncio

import pytest

from contracts import silence
from services.charging.adapters.postgresql import database
from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import UnavailableError
from tests.postgres import Server

pytestmark = pytest.mark.integration

PUT = "insert into outbox (event) values (%s)"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "LONGEST", 0.3)
    monkeypatch.setattr(database, "WAIT_FOR_CONNECTION", 0.1)


async def put(kept: Database, event: str) -> None:
    async with kept.pipeline() as connection:
        await connection.execute(PUT, (event,))


async def test_who_hangs_is_given_up_and_all_goes_on_when_it_does(
    kept: Database, postgres: Server
) -> None:
    questions = await impatient_questions(kept)
    await kept.check_migrated()
    with postgres.frozen():
        with pytest.raises(UnavailableError, match="silent"):
            await asyncio.wait_for(kept.check_migrated(), 2)
        for lost in (kept.statement(), kept.transaction(), questions.statement()):
            with pytest.raises(UnavailableError):
                async with asyncio.timeout(5), lost as connection:
                    await connection.execute("select 1")
        with pytest.raises(UnavailableError):
            await asyncio.wait_for(put(kept, "lost"), 5)
    await recovered(kept)
    await put(kept, "kept")
    async with kept.statement() as connection:
        found = await connection.execute("select event from outbox where event = 'kept'")
        assert await found.fetchall() == [("kept",)]
    await questions.close()


async def test_a_transaction_may_wait_for_others_between_its_statements(kept: Database) -> None:
    async with kept.transaction() as connection:
        await connection.execute(PUT, ("one",))
        await asyncio.sleep(3 * silence.LONGEST)
        await connection.execute(PUT, ("two",))


async def impatient_questions(kept: Database) -> Database:
    async with kept.statement() as connection:
        conninfo = connection.info.dsn
    questions = Database(conninfo, connections=2, seconds_a_statement=1)
    await questions.open()
    async with questions.statement() as connection:
        await connection.execute("select 1")
    return questions


async def recovered(kept: Database) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                return await kept.check_migrated()
            except UnavailableError:
                await asyncio.sleep(0.05)
