"""What a station said before it was registered is not its company's to read."""

from alembic import op

revision = "0028"
down_revision = "0027"

COLUMN = """
alter table station add registered_at timestamptz not null default '-infinity';
alter table station alter registered_at set default now();
"""


def upgrade() -> None:
    """Make the column."""
    op.execute(COLUMN)
