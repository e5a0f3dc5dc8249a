"""How a program brings its schema up to date when it starts.

A deployment runs two versions of a program side by side, and a release that is taken back leaves
its schema behind. So the version before must run on a newer schema: it starts where a newer one has
been, and migrations of a release only add (docs/decisions/migrations-only-add.md).
"""

import logging
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

logger = logging.getLogger(__name__)

LOCKED_WITHIN = "3s"
"""Who waits for a table lets nobody else at it: a migration gives up, and comes back."""
_MIGRATION_LOCK = 6_204_733_001
"""Several tasks may start at once; one migrates, the others wait and find it done. PostgreSQL
keeps such locks for each database by itself."""


def migrate(conninfo: str, migrations: Path) -> None:
    """Run those of a folder of Alembic's that are missing; blocks.

    Each is a transaction, but for what it puts into an `autocommit_block`, as PostgreSQL wants it
    for an index that is built while others write (``create index concurrently if not exists``).
    Their revisions are numbers of four digits, in their order; a database that stands at a later
    one is left as it is. Raises `sqlalchemy.exc.SQLAlchemyError`, also when somebody holds a table
    for too long, and `alembic.util.CommandError` when the database stands at what is no revision.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
    )
    with engine.connect() as connection:
        # Until the connection ends, which it does in any case.
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        within = {"within": LOCKED_WITHIN}
        connection.execute(text("select set_config('lock_timeout', :within, false)"), within)
        stands = MigrationContext.configure(connection).get_current_revision() or ""
        newest = ScriptDirectory.from_config(config).get_current_head() or ""
        if stands.isdecimal() and stands > newest:
            logger.warning(
                "a newer version has been here", extra={"schema": stands, "own_schema": newest}
            )
            return
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
