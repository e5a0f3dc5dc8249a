"""The ledger of two nodes on one database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.ledger import PostgresLedger
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.ports import NotStorableError, Posting, UnavailableError
from services.charging.application.session_events import SessionEvents
from services.charging.domain import ledger
from services.charging.domain.ledger import Known
from services.charging.domain.sessions import Start, Stop
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
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


@asynccontextmanager
async def nodes(database: EmptyDatabase) -> AsyncIterator[tuple[PostgresLedger, PostgresLedger]]:
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
            OWN_COMPANY, [Station(f"CP{number}", "depot", 1, key) for number in range(1, 30)]
        )
        yield (
            PostgresLedger(one, events_committed=lambda: None),
            PostgresLedger(other, events_committed=lambda: None),
        )
    finally:
        await one.close()
        await other.close()


async def post(node: PostgresLedger, said: Start | Stop) -> Posting:
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
