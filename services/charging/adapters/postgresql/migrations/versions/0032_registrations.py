"""Whether a station is accepted, pending or rejected, and what it heard of that."""

from alembic import op

revision = "0032"
down_revision = "0031"

COLUMNS = """
alter table station add registration text not null default 'accepted',
    add heard_registration text;
update station set heard_registration = 'accepted' where booted_at is not null;
"""


def upgrade() -> None:
    """Make the columns."""
    op.execute(COLUMNS)
