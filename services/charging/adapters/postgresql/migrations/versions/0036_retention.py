"""What is old is found by its age; the quarantine counts what it does not keep."""

from alembic import op

revision = "0036"
down_revision = "0035"

SCHEMA = """
create index meter_reading_by_age on meter_reading (received_at);
create index command_by_age on command (over_at) where over_at is not null;
create index campaign_task_of_command on campaign_task (command_id);

-- Of a station on a day, in UTC: how many records it got, and how many it did not.
create table quarantine_day (
    station_id text not null,
    day date not null,
    kept integer not null,
    left_out integer not null,
    primary key (station_id, day)
);
"""


def upgrade() -> None:
    """Make the indexes, and the table."""
    op.execute(SCHEMA)
