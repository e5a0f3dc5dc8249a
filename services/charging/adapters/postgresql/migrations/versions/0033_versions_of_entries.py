"""Sites and tokens have versions, as stations have: each change is for one that was read."""

from alembic import op

revision = "0033"
down_revision = "0032"

TABLES = """
alter table site add version integer not null default 1;
alter table token add version integer not null default 1;
"""


def upgrade() -> None:
    """Begin with the first."""
    op.execute(TABLES)
