"""A signed record is known again by what is signed of it, in whatever words it is told."""

from alembic import op

revision = "0045"
down_revision = "0044"

COLUMNS = """
alter table signed_value add signed_digest bytea;
-- What is kept already is known again as before, by all its bytes.
update signed_value set signed_digest = sha256(received);
alter table signed_value alter signed_digest set not null;
drop index signed_value_again;
create index signed_value_again on signed_value (station_id, signed_digest);
"""


def upgrade() -> None:
    """Make room for it."""
    op.execute(COLUMNS)
