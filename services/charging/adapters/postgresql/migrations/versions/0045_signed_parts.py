"""A signed record is known again by what is signed of it, in whatever words it is told."""

from alembic import op

revision = "0045"
down_revision = "0044"

COLUMNS = """
-- Without one, as of records that the version before keeps, it is known by all its bytes.
alter table signed_value add signed_digest bytea;
drop index signed_value_again;
create index signed_value_again
    on signed_value (station_id, coalesce(signed_digest, sha256(received)));
"""


def upgrade() -> None:
    """Make room for it."""
    op.execute(COLUMNS)
