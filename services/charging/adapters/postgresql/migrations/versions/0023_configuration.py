"""When a station of OCPP 1.6 was asked for its configuration."""

from alembic import op

revision = "0023"
down_revision = "0022"

TABLES = """
alter table station add configuration_asked_at timestamptz;
"""


def upgrade() -> None:
    """Make room."""
    op.execute(TABLES)
