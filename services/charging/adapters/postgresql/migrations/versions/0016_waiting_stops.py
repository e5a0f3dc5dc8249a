"""Stops of unknown transactions that wait for their session."""

from alembic import op

revision = "0016"
down_revision = "0015"

TABLES = """
alter table unmatched_stop add id bigint generated always as identity;
create index waiting_stop on unmatched_stop (received_at) where session_id is null;
"""


def upgrade() -> None:
    """Make them found, and named."""
    op.execute(TABLES)
