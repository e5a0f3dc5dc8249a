"""Certificates that were issued to stations."""

from alembic import op

revision = "0021"
down_revision = "0020"

TABLES = """
create table station_certificate (
    id uuid primary key,
    station_id text not null references station on delete cascade,
    serial text not null,
    chain text not null,
    request_digest bytea not null,
    not_before timestamptz not null,
    not_after timestamptz not null,
    state text not null default 'issued'
        check (state in ('issued', 'accepted', 'rejected', 'used', 'revoked')),
    issued_at timestamptz not null default now(),
    used_at timestamptz,
    revoked_at timestamptz,
    renewal_asked_at timestamptz
);
create unique index station_certificate_of_request
    on station_certificate (station_id, request_digest) where state <> 'rejected';
create index station_certificate_of_station on station_certificate (station_id, issued_at);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(TABLES)
