"""Plans and surplus are found by their age, whatever there is of sessions."""

from alembic import op

revision = "0025"
down_revision = "0024"

INDEXES = """
drop index ended_session;
create index plan_by_age on site_plan (made_at);
create index surplus_by_age on site_surplus (begins_at);
"""


def upgrade() -> None:
    """Make the indexes."""
    op.execute(INDEXES)
