from collections.abc import AsyncIterator

import pytest

from contracts.migrations import migrate
from services.billing.adapters.database import MIGRATIONS, Pool, PostgresLedger, conninfo, open_pool
from services.billing.adapters.queries import Queries
from tests.postgres import Database


@pytest.fixture
def billing_conninfo(database: Database) -> str:
    return conninfo(
        host=database.host,
        port=database.port,
        name=database.name,
        username=database.username,
        password=database.password,
    )


@pytest.fixture
async def pool(billing_conninfo: str) -> AsyncIterator[Pool]:
    migrate(billing_conninfo, MIGRATIONS)
    async with open_pool(billing_conninfo, connections=8) as pool:
        yield pool


@pytest.fixture
def ledger(pool: Pool) -> PostgresLedger:
    return PostgresLedger(pool)


@pytest.fixture
def queries(pool: Pool) -> Queries:
    return Queries(pool)
