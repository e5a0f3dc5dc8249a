"""Indexes for what is asked often."""

from alembic import op

revision = "0038"
down_revision = "0037"

INDEXES = """
create index signed_value_again on signed_value (station_id, sha256(received));
create index session_of_site on session (site_id, transaction_id);
create index session_of_token on session (token_uid, transaction_id);
create index quarantine_of_station on quarantine (station_id, id);
"""


def upgrade() -> None:
    """Make them."""
    op.execute(INDEXES)
