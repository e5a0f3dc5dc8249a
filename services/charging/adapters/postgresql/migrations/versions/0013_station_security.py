"""How stations prove who they are."""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = """
alter table station add security_profile smallint not null default 1
    check (security_profile between 1 and 3);
-- Beside the key that a station has: the one that it was told and has not shown yet.
create table next_station_key (
    station_id text primary key references station on delete cascade,
    salt bytea not null,
    digest bytea not null,
    told_at timestamptz not null default now()
);
"""


def upgrade() -> None:
    """Make room."""
    op.execute(TABLES)
