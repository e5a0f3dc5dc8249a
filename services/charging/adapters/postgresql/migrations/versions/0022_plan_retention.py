"""What came of sessions' plans stays when the plans go."""

from alembic import op

revision = "0022"
down_revision = "0021"

TABLES = """
create table session_outcome (
    session_id uuid primary key references session,
    document json not null
);
create index plan_accepted on session_profile (accepted_plan);
create index ended_session on session (ended_at) where ended_at is not null;
"""


def upgrade() -> None:
    """Make the table, and find what is over long ago."""
    op.execute(TABLES)
