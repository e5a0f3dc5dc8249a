"""The migrations are one chain: two heads would leave a program that cannot start; and polite."""

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from services.charging.adapters.postgresql import schema
from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import UnavailableError
from tests.postgres import Database as EmptyDatabase


def test_the_migrations_are_one_chain_in_the_order_of_their_numbers() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    files = sorted(file.stem[:4] for file in (schema.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert chain[::-1] == files


@pytest.mark.integration
async def test_a_migration_that_gets_no_lock_gives_up_and_comes_back(
    database: EmptyDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "LOCKED_WITHIN", "100ms")
    kept = Database(database.conninfo)
    with psycopg.connect(database.conninfo) as other:
        # As of old: the first migration would make it.
        other.execute("create table site (id text)")
        with pytest.raises(UnavailableError, match="lock timeout"):
            await kept.migrate()
        other.rollback()
    await kept.migrate()
