"""The ledger of two nodes on one database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import pytest

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.ledger import PostgresLedger
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.adapters.postgresql.waiting_stops import PostgresWaitingStops
from services.charging.application.ports import NotStorableError, Posting, UnavailableError
from services.charging.application.session_events import SessionEvents
from services.charging.application.stop_matching import MatchingLedger
from services.charging.domain import ledger
from services.charging.domain.ledger import Known
from services.charging.domain.sessions import Start, Stop
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from services.charging.domain.stop_matching import PATIENCE
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
START = Start(
    station_id="CP1",
    connector_id=1,
    token_uid="CARD1",
    said_at=NOW,
    received_at=NOW,
    meter_start_wh=0,
)
STOP = Stop(
    station_id="CP1",
    transaction_id=-1,
    token_uid="CARD1",
    said_at=NOW,
    received_at=NOW,
    meter_stop_wh=500,
    reason="Local",
)


def matching(database: Database) -> MatchingLedger:
    node = PostgresLedger(database, events_committed=lambda: None)
    return MatchingLedger(node, PostgresWaitingStops(database), lambda: NOW)


@asynccontextmanager
async def nodes(database: EmptyDatabase) -> AsyncIterator[tuple[MatchingLedger, MatchingLedger]]:
    one, other = Database(database.conninfo), Database(database.conninfo)
    await one.open()
    await other.open()
    try:
        await one.migrate()
        stations = PostgresStations(one)
        await stations.put_site(
            OWN_COMPANY, Site("depot", "Depot", SiteKind.WORKPLACE, "Europe/Berlin")
        )
        key = StationKey.of("a-long-and-random-key")
        await stations.put(
            OWN_COMPANY,
            [Station(f"CP{number}", "depot", 1, key) for number in range(1, 30)]
            + [Station("TWIN", "depot", 2, key)],
        )
        yield matching(one), matching(other)
    finally:
        await one.close()
        await other.close()


async def post(node: MatchingLedger, said: Start | Stop) -> Posting:
    def decide(known: Known, said: Start | Stop) -> Posting:
        entry = ledger.start(said, known) if isinstance(said, Start) else ledger.stop(said, known)
        return Posting(entry, SessionEvents(lambda: NOW).of(entry), [])

    return await node.post(said, partial(decide, said=said))


def events(database: EmptyDatabase) -> list[str]:
    with psycopg.connect(database.conninfo) as connection:
        rows = connection.execute("select event::json ->> 'type' from outbox order by id")
        return [kind.split(".")[2] for (kind,) in rows.fetchall()]


async def test_a_start_said_to_both_nodes_at_once_is_one_session(database: EmptyDatabase) -> None:
    async with nodes(database) as both:
        postings = await asyncio.gather(*(post(node, START) for node in both for _ in range(10)))
        [session_id] = {posting.entry.session.id for posting in postings if posting.entry.session}
        assert session_id
        assert events(database) == ["started"]


async def test_a_stop_of_an_unknown_transaction_and_its_start_meet_once(
    database: EmptyDatabase,
) -> None:
    async with nodes(database) as (one, other):
        for number in range(1, 21):
            station_id = f"CP{number}"
            await asyncio.gather(
                post(one, replace(START, station_id=station_id)),
                post(other, replace(STOP, station_id=station_id)),
                post(other, replace(STOP, station_id=station_id)),
            )
        assert sorted(events(database)) == ["ended"] * 20 + ["started"] * 20


async def test_what_cannot_be_kept_costs_the_others_of_its_group_nothing(
    database: EmptyDatabase,
) -> None:
    async with nodes(database) as (node, _):
        said = [replace(START, station_id=f"CP{number}") for number in range(1, 8)]
        said[3] = replace(said[3], connector_id=10**12)
        said.append(replace(START, station_id="nobody"))
        kept = await asyncio.gather(*(post(node, start) for start in said), return_exceptions=True)
        failed = [type(result) for result in kept if isinstance(result, Exception)]
        assert failed == [NotStorableError, UnavailableError]
        assert events(database) == ["started"] * 6


async def test_a_stop_at_a_station_with_two_connectors_waits_until_it_is_certain(
    database: EmptyDatabase,
) -> None:
    said = replace(STOP, station_id="TWIN", received_at=NOW - PATIENCE)
    begins = replace(START, station_id="TWIN", said_at=NOW - timedelta(hours=1))
    async with nodes(database) as (one, other):
        await post(one, begins)
        begun = await post(one, replace(begins, connector_id=2, meter_start_wh=100))
        await post(other, said)
        await asyncio.gather(one.look(), other.look())
        assert events(database) == ["started"] * 2
        # The other connector's meter has passed the one of the stop.
        assert begun.entry.session
        with psycopg.connect(database.conninfo) as connection:
            connection.execute(
                "insert into meter_reading values (%s, 2, %s, %s, 501, '', now())",
                ("TWIN", begun.entry.session.transaction_id, NOW - timedelta(minutes=30)),
            )
        await asyncio.gather(one.look(), other.look())
        assert events(database) == ["started", "started", "ended"]
