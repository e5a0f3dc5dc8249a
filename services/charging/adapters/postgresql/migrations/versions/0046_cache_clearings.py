"""For whose tokens the caches of stations were cleared last."""

from alembic import op

revision = "0046"
down_revision = "0045"

TABLE = """
create table cache_clearing (
    station_id text not null references station,
    company_id text not null,
    told_at timestamptz not null,
    primary key (station_id, company_id)
);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(TABLE)
