"""How long an event waits in the outbox is known."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """An event has the time at which its transaction began; those already there, this one's."""
    op.execute("alter table outbox add put_at timestamptz not null default now()")
