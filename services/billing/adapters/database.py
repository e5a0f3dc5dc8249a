"""Billing's PostgreSQL database: connections, schema, and the ledger's transactions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import PoolTimeout

from contracts.postgresql import PATIENCE
from contracts.silence import AttentivePool
from contracts.tracing.spans import step
from services.billing.adapters.charging_records import PostgresChargingRecords, PostgresQuarantine
from services.billing.adapters.contracts import PostgresContracts
from services.billing.adapters.invoices import PostgresInvoices

Pool = AttentivePool[AsyncConnection[DictRow]]

UNAVAILABLE = (psycopg.OperationalError, psycopg.InternalError, PoolTimeout)
"""What the database does not do at present. Internal to PostgreSQL is a node that only reads, as
after a failover."""
MIGRATIONS = Path(__file__).with_name("migrations")


def conninfo(*, host: str, port: int, name: str, username: str, password: str) -> str:
    """How to connect: with TLS, unless the host is the directory of a socket."""
    return make_conninfo(
        host=host,
        port=port,
        dbname=name,
        user=username,
        password=password,
        sslmode="prefer" if host.startswith("/") else "require",
        application_name="billing",
        **PATIENCE,
    )


def open_pool(conninfo: str, *, connections: int) -> Pool:
    """A pool that is still closed; rows come as dictionaries."""
    return AttentivePool(
        conninfo,
        min_size=1,
        max_size=connections,
        timeout=10,
        open=False,
        check=AttentivePool.check_connection,
        connection_class=AsyncConnection[DictRow],
        kwargs={"row_factory": dict_row},
    )


class PostgresTransaction:
    """One transaction's view of the ledger."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self.charging_records = PostgresChargingRecords(connection)
        self.quarantine = PostgresQuarantine(connection)
        self.contracts = PostgresContracts(connection)
        self.invoices = PostgresInvoices(connection)


class PostgresLedger:
    """The `Ledger` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """Read committed; commits when the block ends well."""
        with step("PostgreSQL"):
            async with self._pool.connection() as connection:
                try:
                    yield PostgresTransaction(connection)
                except psycopg.InternalError:
                    # To a node that only reads it stays so: the next leads to the one that writes.
                    await connection.close()
                    raise
