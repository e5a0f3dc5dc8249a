"""Turns of the event loop until the ledger has kept what thousands of stations say at once.

A turn is as long as what other stations have to say: so it is turns that a start waits for when all
talk. They are a count, which hardly depends on what else the machine does.

    python -m benchmarks.ledger_turns --stations 5000
"""

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.ledger import PostgresLedger
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.ports import Posting
from services.charging.domain import ledger
from services.charging.domain.sessions import Start
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from tests.postgres import Server

TURN = 0.02
"""Seconds at least."""


def main() -> None:
    """Print when half of the starts were kept, and when all were."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, default=5000)
    wanted = parser.parse_args()
    with Server.running() as server, server.database() as database:
        turns = sorted(asyncio.run(_turns(Database(database.conninfo), wanted.stations)))
    sys.stdout.write(f"turns until half are kept: {turns[len(turns) // 2]}, all: {turns[-1]}\n")


async def _turns(database: Database, number: int) -> list[int]:
    ids = [f"BENCH{index}" for index in range(number)]
    await database.open()
    await database.migrate()
    await _register(database, ids)
    kept = PostgresLedger(database, events_committed=lambda: None)
    loop, turns, is_over = asyncio.get_running_loop(), 0, False

    def turn() -> None:
        nonlocal turns
        turns += 1
        time.sleep(TURN)
        if not is_over:
            loop.call_soon(turn)

    async def start(station_id: str) -> int:
        now = datetime.now(UTC)
        said = Start(
            station_id=station_id,
            connector_id=1,
            token_uid="CARD1",  # noqa: S106 — a card's
            said_at=now,
            received_at=now,
            meter_start_wh=0,
        )
        await kept.post(said, lambda known: Posting(ledger.start(said, known), [], []))
        return turns

    loop.call_soon(turn)
    took = await asyncio.gather(*map(start, ids))
    is_over = True
    await database.close()
    return took


async def _register(database: Database, ids: list[str]) -> None:
    stations, key = PostgresStations(database), StationKey.of("a-long-and-random-key")
    site = Site("depot", "Depot", SiteKind.WORKPLACE, "Europe/Berlin")
    await stations.put_site(OWN_COMPANY, site)
    await stations.put(OWN_COMPANY, [Station(name, "depot", 1, key) for name in ids])


if __name__ == "__main__":
    main()
