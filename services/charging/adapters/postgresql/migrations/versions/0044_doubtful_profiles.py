"""What stations may draw by profiles that they heard and did not answer."""

from alembic import op

revision = "0044"
down_revision = "0043"

COLUMNS = """
-- Written before a station hears of a profile, taken back when it answers: neither a lost answer
-- nor a lost node makes anybody forget what it may draw.
alter table session_profile add doubtful_ma integer;
"""


def upgrade() -> None:
    """Make room for it."""
    op.execute(COLUMNS)
