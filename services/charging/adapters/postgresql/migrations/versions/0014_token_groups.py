"""Tokens of one group may stop each other's transactions."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """A token has a group, or none."""
    op.execute("alter table token add group_uid text")
