"""Since when a token is blocked: stations may remember it from before."""

from alembic import op

revision = "0034"
down_revision = "0033"

COLUMN = """
alter table token add blocked_at timestamptz;
create index token_blocked on token (blocked_at) where blocked_at is not null;
"""


def upgrade() -> None:
    """Make the column."""
    op.execute(COLUMN)
