"""Commands that nobody answers for any more."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql.commands import PostgresCommands
from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.domain.commands import CommandState
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration


async def test_overdue_commands_end(database: EmptyDatabase) -> None:
    kept = Database(database.conninfo)
    await kept.open()
    try:
        await kept.migrate()
        stations = PostgresStations(kept)
        await stations.put_site(
            OWN_COMPANY, Site("depot", "Depot", SiteKind.WORKPLACE, "Europe/Berlin")
        )
        await stations.put(
            OWN_COMPANY, [Station("CP1", "depot", 1, StationKey.of("a-long-and-random-key"))]
        )
        connections, book = PostgresConnections(kept, uuid4()), PostgresCommands(kept)
        await connections.seen()
        assert await connections.register("CP1", 7, OCPP_1_6)

        sent, pending = uuid4(), uuid4()
        await book.open(sent, "CP1", OCPP_1_6, "ClearCache", b"{}")
        assert await book.claim("CP1", 6) == []  # an older connection
        assert [command.id for command in await book.claim("CP1", 7)] == [sent]
        assert await book.claim("CP1", 7) == []  # never twice
        for _ in range(2):  # As often as it is asked for, it is one.
            await book.open(pending, "CP1", OCPP_1_6, "ClearCache", b"{}")
        await book.give_up_overdue()
        assert await states(book, sent, pending) == [CommandState.SENT, CommandState.PENDING]

        with psycopg.connect(database.conninfo) as connection:
            connection.execute("update command set answer_by = now() - interval '2 minutes'")
        await book.give_up_overdue()
        assert await states(book, sent, pending) == [
            CommandState.UNANSWERED,
            CommandState.UNDELIVERED,
        ]
        assert await book.claim("CP1", 7) == []
        # The node was only slow: what the station said counts.
        await book.close(sent, "ocpp1.6", CommandState.ANSWERED, answer=b"{}", reason=None)
        assert (await states(book, sent))[0] is CommandState.ANSWERED
    finally:
        await kept.close()


async def test_one_that_another_node_keeps_at_the_same_time_is_the_same(
    kept: Database, database: EmptyDatabase
) -> None:
    book, command_id = PostgresCommands(kept), uuid4()
    async with await psycopg.AsyncConnection.connect(database.conninfo) as other:
        await other.execute(
            """
            insert into command (id, station_id, action, request, answer_by, state)
            values (%s, 'CP1', 'ClearCache', '{}', now(), 'pending')
            """,
            (command_id,),
        )
        opening = asyncio.create_task(book.open(command_id, "CP1", OCPP_1_6, "ClearCache", b"{}"))
        async with kept.statement() as connection:
            waits = "select from pg_locks where not granted"
            while not await (await connection.execute(waits)).fetchall():
                await asyncio.sleep(0)
        await other.commit()
    assert (await opening).state is CommandState.PENDING


async def states(book: PostgresCommands, *ids: UUID) -> list[CommandState]:
    found = [await book.get(command_id) for command_id in ids]
    return [command.state for command in found if command]
