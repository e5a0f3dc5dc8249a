"""With which firmware a station of OCPP 2.0.1 told all of its variables."""

from alembic import op

revision = "0029"
down_revision = "0028"

TABLES = """
alter table station add inventory_of text;
"""


def upgrade() -> None:
    """Make room; those that are known already are asked once more."""
    op.execute(TABLES)
