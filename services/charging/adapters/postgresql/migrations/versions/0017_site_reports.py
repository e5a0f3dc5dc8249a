"""What vehicles want and will take, and limits that others set at stations."""

from alembic import op

revision = "0017"
down_revision = "0016"

TABLES = """
-- The latest word of the vehicle at an EVSE, whether a session has begun there or not.
create table vehicle_report (
    station_id text not null references station,
    evse_id integer not null,
    needs json,
    told_at timestamptz,
    schedule json,
    scheduled_at timestamptz,
    fits boolean,
    primary key (station_id, evse_id)
);
-- A word belongs to the session at its EVSE: not from long before its begin, nor from before the
-- end of the one that was there until then.
create view session_vehicle as
    select session.id as session_id, needs, told_at, schedule, scheduled_at, fits
    from session
    join vehicle_report on vehicle_report.station_id = session.station_id
        and evse_id = connector_id
        and coalesce(told_at, scheduled_at) >= started_at - interval '5 minutes'
    where ended_at is null and not exists (
        select from session as earlier
        where earlier.station_id = session.station_id
            and earlier.connector_id = session.connector_id and earlier.id <> session.id
            and earlier.ended_at > coalesce(told_at, scheduled_at)
    );

create table outside_limit (
    station_id text not null references station,
    evse_id integer not null,
    source text not null,
    periods json not null,
    told_at timestamptz not null,
    primary key (station_id, evse_id, source)
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)
