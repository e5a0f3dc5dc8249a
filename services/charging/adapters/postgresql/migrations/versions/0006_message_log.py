"""The message log: every frame, by day."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
create sequence message_id;
create table message (
    id bigint not null default nextval('message_id'),
    at timestamptz not null,
    station_id text not null,
    direction text not null check (direction in ('in', 'out')),
    kind text not null check (kind in ('call', 'result', 'error', 'malformed')),
    message_id text,
    action text,
    text text not null
) partition by range (at);
alter sequence message_id owned by message.id;
create index message_in_order on message (id);
create index message_of_station on message (station_id, id);

-- For days that nobody made a partition for in time.
create table message_default partition of message default;
"""


def upgrade() -> None:
    """Make the table; `PostgresMessageLog` makes and drops its days."""
    op.execute(TABLES)
