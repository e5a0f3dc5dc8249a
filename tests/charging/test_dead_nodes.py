"""Nodes that die, or only seem to: what becomes of their stations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest

from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.notices import SUPERSEDED
from services.charging.application.ports import UnavailableError
from services.charging.domain.ocpp16.version import OCPP_1_6
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

ONE, OTHER = uuid4(), uuid4()


def last_seen(database: EmptyDatabase, seconds: int, *nodes: UUID) -> None:
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(
            "update node set seen_at = now() - make_interval(secs => %s) where id = any(%s)",
            (seconds, list(nodes)),
        )


def online(database: EmptyDatabase) -> list[tuple[str, bool]]:
    """What those hear who follow the changes."""
    with psycopg.connect(database.conninfo) as connection:
        changes = connection.execute(
            "select station_id, data -> 'online' from change where kind = 'station' order by id"
        )
        return changes.fetchall()


async def test_the_stations_of_a_dead_node_are_away_after_a_minute(
    database: EmptyDatabase, kept: Database
) -> None:
    dying, living = PostgresConnections(kept, ONE), PostgresConnections(kept, OTHER)
    await dying.seen()
    await living.seen()
    await dying.register("CP1", 1, OCPP_1_6)
    last_seen(database, 50, ONE)
    await living.seen()
    assert online(database) == [("CP1", True)]
    last_seen(database, 61, ONE)
    await living.seen()
    assert online(database) == [("CP1", True), ("CP1", False)]


async def test_a_database_that_was_away_makes_no_node_dead(
    database: EmptyDatabase, kept: Database
) -> None:
    one, other = PostgresConnections(kept, ONE), PostgresConnections(kept, OTHER)
    await one.seen()
    await other.seen()
    await one.register("CP1", 1, OCPP_1_6)
    last_seen(database, 300, ONE, OTHER)
    await other.seen()
    await one.seen()
    await other.seen()
    assert online(database) == [("CP1", True)]


async def test_a_node_that_was_taken_for_dead_comes_back_with_the_stations_it_still_has(
    database: EmptyDatabase, kept: Database
) -> None:
    slow, other = PostgresConnections(kept, ONE), PostgresConnections(kept, OTHER)
    await slow.seen()
    await other.seen()
    for epoch, station_id in enumerate(("CP1", "CP2"), start=1):
        await slow.register(station_id, epoch, OCPP_1_6)
    last_seen(database, 61, ONE)
    await other.seen()
    await other.register("CP2", 9, OCPP_1_6)
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(f"listen {SUPERSEDED}")
        await slow.seen()
        [notice] = connection.notifies(stop_after=1)
    assert notice.payload == "9 CP2"  # By which the older socket is closed.
    with psycopg.connect(database.conninfo) as connection:
        holders = connection.execute(
            "select station_id, epoch, node_id from live_connection order by station_id"
        )
        assert holders.fetchall() == [("CP1", 1, ONE), ("CP2", 9, OTHER)]


async def test_who_left_while_nothing_could_be_kept_is_away_with_the_next_sign_of_life(
    database: EmptyDatabase, kept: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def away() -> AsyncIterator[Connection]:
        raise UnavailableError
        yield

    node = PostgresConnections(kept, ONE)
    await node.seen()
    await node.register("CP1", 1, OCPP_1_6)
    with monkeypatch.context() as outage:
        outage.setattr(kept, "statement", away)
        with pytest.raises(UnavailableError):
            await node.deregister("CP1", 1)
    await node.seen()
    assert online(database) == [("CP1", True), ("CP1", False)]
