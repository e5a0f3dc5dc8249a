"""What a request with an idempotency key brings about has an id of its own, kept with the key."""

from alembic import op

revision = "0018"
down_revision = "0017"

TABLES = """
alter table idempotency_key add effect_id uuid not null default gen_random_uuid();
alter table idempotency_key add taken_at timestamptz not null default now();
"""


def upgrade() -> None:
    """Make room."""
    op.execute(TABLES)
