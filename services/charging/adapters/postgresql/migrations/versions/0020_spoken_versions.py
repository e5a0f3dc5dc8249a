"""The version of OCPP that a station spoke last, and notifications that are kept once."""

from alembic import op

revision = "0020"
down_revision = "0019"

TABLES = """
alter table station add last_ocpp_version text;
update station set last_ocpp_version = station_connection.ocpp_version
    from station_connection where station_connection.station_id = station.id;

-- What a message says of itself, when that makes it one of its kind: its time, or its key.
alter table notification add identity bytea;
create unique index notification_once on notification (station_id, identity)
    where identity is not null;
"""


def upgrade() -> None:
    """Make room."""
    op.execute(TABLES)
