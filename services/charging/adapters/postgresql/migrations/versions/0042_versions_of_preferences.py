"""What a session wants has versions, as other things that several people change have."""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Make the column."""
    op.execute("alter table session_preferences add version integer not null default 1")
