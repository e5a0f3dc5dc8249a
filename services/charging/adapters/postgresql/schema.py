"""The schema of the charging database, brought up to date when the program starts."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parent / "migrations"
LOCKED_WITHIN = "3s"
"""Who waits for a table lets nobody else at it: a migration gives up, and comes back."""
_MIGRATION_LOCK = 6_204_733_001
"""Several tasks may start at once; one migrates, the others wait and find it done."""


def migrate(conninfo: str) -> None:
    """Run the migrations that are missing, all or none; blocks.

    Raises `sqlalchemy.exc.SQLAlchemyError`, also when somebody holds a table for too long.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
    )
    with engine.connect() as connection:
        # Until the connection ends, which it does in any case.
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        within = {"within": LOCKED_WITHIN}
        connection.execute(text("select set_config('lock_timeout', :within, false)"), within)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
