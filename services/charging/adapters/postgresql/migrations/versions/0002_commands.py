"""Commands to stations, and which connections are alive."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
-- A node that missed three signs of life holds no sockets.
create view live_connection as
    select station_connection.* from station_connection
    join node on node.id = station_connection.node_id
    where node.seen_at > now() - interval '30 seconds';

create table command (
    id uuid primary key,
    station_id text not null references station,
    action text not null,
    request json not null,
    state text not null check (
        state in ('pending', 'sent', 'answered', 'refused', 'unanswered', 'undelivered')
    ),
    asked_at timestamptz not null default now(),
    answer_by timestamptz not null,
    sent_at timestamptz,
    over_at timestamptz,
    answer json,
    reason text
);
create index command_of_station on command (station_id, asked_at);
create index command_under_way on command (station_id) where over_at is null;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)
