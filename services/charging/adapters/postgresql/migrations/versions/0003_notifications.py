"""What stations tell for people to read."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
create table notification (
    id bigint generated always as identity primary key,
    station_id text not null references station,
    action text not null,
    received text not null,
    received_at timestamptz not null
);
create index notification_of_station on notification (station_id, id);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(TABLES)
