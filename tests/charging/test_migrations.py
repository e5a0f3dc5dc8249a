"""The migrations are one chain: two heads would leave a program that cannot start."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from services.charging.adapters.postgresql import schema


def test_the_migrations_are_one_chain_in_the_order_of_their_numbers() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    files = sorted(file.stem[:4] for file in (schema.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert chain[::-1] == files
