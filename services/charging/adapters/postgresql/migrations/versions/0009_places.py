"""Where stations stand, and what their connectors offer."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
alter table station
    add latitude double precision check (latitude between -90 and 90),
    add longitude double precision check (longitude between -180 and 180),
    add plugs jsonb not null default '[]',
    -- Of what operators enter: the ETag.
    add version integer not null default 1,
    add check ((latitude is null) = (longitude is null));
create index station_by_place on station using gist (point(longitude, latitude));
create index station_of_home on station (driver_id) where driver_id is not null;
"""


def upgrade() -> None:
    """Add to stations."""
    op.execute(TABLES)
