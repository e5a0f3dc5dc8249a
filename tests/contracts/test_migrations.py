"""Schemas go forward only, and a program before them runs on them."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, event

from contracts.migrations import migrate
from services.billing.adapters import database as billing
from services.charging.adapters.postgresql import database as charging
from tests.postgres import Database

BEFORE_LIVE = {charging.MIGRATIONS: "0045", billing.MIGRATIONS: "0001"}
"""The newest migrations when the rule began; nothing had been deployed to any account."""
NOT_ASKED = [
    # How wide a column is chosen, and in what words SQL is written, does no version any harm.
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    # `migrate` sets the first for all; nobody waits for whoever works on what he has locked for
    # longer than the second, an index, without a rule of its own.
    "require-lock-timeout",
    "require-statement-timeout",
    # PostgreSQL refuses that itself, as soon as the migration runs.
    "ban-concurrent-index-creation-in-transaction",
]
SERVICES = pytest.mark.parametrize("migrations", BEFORE_LIVE, ids=["charging", "billing"])


def revisions(migrations: Path) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    chain = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in chain][::-1]


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is executed meanwhile, by whatever engine of SQLAlchemy's."""
    executed: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        executed.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    yield executed
    event.remove(Engine, "before_cursor_execute", keep)


def findings(sql: Sequence[str], folder: Path) -> list[str]:
    """What would harm the version before, or lock a table for long: squawk's rules."""
    file = folder / "migration.sql"
    file.write_text(";\n".join(sql) + ";\n")
    squawk = str(Path(sys.executable).with_name("squawk"))
    found = subprocess.run(  # noqa: S603 — a tool of ours, a file of ours
        [squawk, "--assume-in-transaction", "--reporter=json", "--pg-version=16"]
        + [f"--exclude={rule}" for rule in NOT_ASKED]
        + [str(file)],
        capture_output=True,
        check=False,
    )
    assert found.returncode in (0, 1), found.stderr
    return [finding["rule_name"] for finding in json.loads(found.stdout or b"[]")]


@SERVICES
def test_migrations_are_one_chain_in_the_order_of_their_numbers(migrations: Path) -> None:
    files = sorted(file.stem[:4] for file in (migrations / "versions").glob("[0-9]*.py"))
    assert revisions(migrations) == files
    assert all(len(revision) == 4 and revision.isdecimal() for revision in files)


@pytest.mark.integration
@SERVICES
def test_a_version_starts_where_a_newer_one_has_been(
    migrations: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    migrate(database.conninfo, migrations)
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '9998'")
        migrate(database.conninfo, migrations)
        kept = connection.execute("select version_num from alembic_version").fetchall()
    assert kept == [("9998",)]
    assert "a newer version has been here" in caplog.messages


@pytest.mark.integration
def test_a_database_that_stands_at_no_revision_is_not_touched(database: Database) -> None:
    migrate(database.conninfo, billing.MIGRATIONS)
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '0000'")
    with pytest.raises(CommandError, match="0000"):
        migrate(database.conninfo, billing.MIGRATIONS)


WITH_AN_INDEX = """
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade() -> None:
    op.execute("create table price (text text)")
    with op.get_context().autocommit_block():
        op.execute("create index concurrently if not exists price_by_text on price (text)")
"""


@pytest.mark.integration
@SERVICES
def test_an_index_may_be_built_while_others_write(
    migrations: Path, database: Database, tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(migrations, tmp_path / "migrations"))
    newest = revisions(migrations)[-1]
    (copied / "versions" / "9999_index.py").write_text(WITH_AN_INDEX.format(newest=newest))
    migrate(database.conninfo, copied)
    with psycopg.connect(database.conninfo) as connection:
        built = "select indisvalid from pg_index where indexrelid = 'price_by_text'::regclass"
        assert connection.execute(built).fetchall() == [(True,)]


@pytest.mark.integration
@SERVICES
def test_what_a_release_changes_leaves_the_version_before_at_work(
    migrations: Path, database: Database, tmp_path: Path
) -> None:
    with statements() as executed:
        migrate(database.conninfo, migrations)
    of: dict[str, list[str]] = {}
    number = 1
    for statement in executed:
        of.setdefault(f"{number:04}", []).append(statement)
        number += "UPDATE alembic_version" in statement or "INTO alembic_version" in statement
    new = {revision: sql for revision, sql in of.items() if revision > BEFORE_LIVE[migrations]}
    after = [revision for revision in revisions(migrations) if revision > BEFORE_LIVE[migrations]]
    assert list(new) == after
    found = {revision: findings(sql, tmp_path) for revision, sql in new.items()}
    assert {revision: rules for revision, rules in found.items() if rules} == {}


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("alter table session drop column token_uid", "ban-drop-column"),
        ("drop table session", "ban-drop-table"),
        ("alter table session rename to charge", "renaming-table"),
        ("alter table session rename column token_uid to uid", "renaming-column"),
        ("alter table session alter column token_uid type integer", "changing-column-type"),
        ("alter table session add paid boolean not null", "adding-required-field"),
        ("alter table session alter column driver set not null", "adding-not-nullable-field"),
        ("create index session_of on session (token_uid)", "require-concurrent-index-creation"),
    ],
)
def test_what_would_harm_it_is_found(sql: str, rule: str, tmp_path: Path) -> None:
    assert rule in findings([sql], tmp_path)


def test_what_only_adds_is_not(tmp_path: Path) -> None:
    table = "create table price (id integer primary key, text text not null)"
    index = "create index price_by_text on price (text)"
    later = "create index concurrently if not exists session_of on session (token_uid)"
    column = "alter table session add price integer"
    given = "-- squawk-ignore ban-drop-column\nalter table session drop column since_release_7"
    assert findings([table, index, later, column, given], tmp_path) == []
