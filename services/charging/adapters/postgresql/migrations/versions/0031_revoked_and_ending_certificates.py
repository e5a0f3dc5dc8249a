"""What was published last of the certificates that were revoked; those that end are found soon."""

from alembic import op

revision = "0031"
down_revision = "0030"

SCHEMA = """
create table revocation_list (
    id boolean primary key default true check (id),
    trust_store text,
    number bigint,
    serials text[] not null default '{}',
    published_at timestamptz
);
insert into revocation_list default values;
create index station_certificate_revoked on station_certificate (serial) where state = 'revoked';
create index station_certificate_ends on station_certificate (not_after)
    where state in ('accepted', 'used');
"""


def upgrade() -> None:
    """Make the table, with its only row, and the indexes."""
    op.execute(SCHEMA)
