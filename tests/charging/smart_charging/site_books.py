"""Books of sites, by two nodes on one database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.sites.book import PostgresSiteBook
from services.charging.adapters.postgresql.sites.sites import PostgresSites
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.application.scope import Scope
from services.charging.domain.smart_charging.limits import (
    Limit,
    SiteLimits,
)
from services.charging.domain.stations import (
    Site,
    SiteKind,
    Station,
    StationKey,
)
from tests.postgres import Database as EmptyDatabase

OURS = Scope("fleetcharge")
AT = datetime(2026, 3, 1, 6, tzinfo=UTC)
BARE = SiteLimits(Limit(1, 2, 3))


@asynccontextmanager
async def books(database: EmptyDatabase) -> AsyncIterator[tuple[Database, list[PostgresSiteBook]]]:
    nodes = [Database(database.conninfo), Database(database.conninfo)]
    for node in nodes:
        await node.open()
    try:
        await nodes[0].migrate()
        stations = PostgresStations(nodes[0])
        for name in ("depot", "yard"):
            site = Site(name, name, SiteKind.WORKPLACE, "Europe/Berlin")
            await stations.put_site("fleetcharge", site)
        yield nodes[0], [PostgresSiteBook(node) for node in nodes]
    finally:
        for node in nodes:
            await node.close()


def begin(database: EmptyDatabase, station_id: str) -> UUID:
    """A session that goes on."""
    session_id = uuid4()
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(
            """
            insert into session (id, start_identity, station_id, site_id, time_zone,
                connector_id, token_uid, authorization_status, started_at, meter_start_wh,
                company_id)
            values (%s, %s, %s, 'depot', 'UTC', 1, 'CARD1', 'Accepted', %s, 0, 'fleetcharge')
            """,
            (session_id, str(session_id), station_id, AT),
        )
    return session_id


def measure(
    database: EmptyDatabase, session_id: UUID, measured_at: datetime, register_wh: int
) -> None:
    """What its meter says at a moment."""
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(
            """
            insert into meter_reading (station_id, connector_id, transaction_id, measured_at,
                register_wh, received, received_at)
            select station_id, 1, transaction_id, %s, %s, '{}', now() from session where id = %s
            """,
            (measured_at, register_wh, session_id),
        )


async def plan_one_station(node: Database) -> None:
    """CP1 at the depot, which has limits."""
    await PostgresSites(node).put_limits(OURS, "depot", BARE)
    station = Station("CP1", "depot", 1, StationKey.of("key"))
    await PostgresStations(node).put("fleetcharge", [station])
