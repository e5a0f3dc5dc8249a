"""A station may hold any key that it was told and did not refuse."""

from alembic import op

revision = "0027"
down_revision = "0026"

TABLES = """
alter table next_station_key add rotation uuid not null default gen_random_uuid();
alter table next_station_key alter rotation drop default;
alter table next_station_key drop constraint next_station_key_pkey;
alter table next_station_key add primary key (station_id, rotation);
"""


def upgrade() -> None:
    """Make room for several."""
    op.execute(TABLES)
