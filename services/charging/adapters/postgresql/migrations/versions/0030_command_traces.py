"""A command keeps the trace in which it was asked for: it goes on at the node with the socket."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Make the column."""
    op.execute("alter table command add column traceparent text")
