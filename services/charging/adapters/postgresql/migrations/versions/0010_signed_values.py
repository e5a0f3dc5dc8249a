"""What meters signed, with which keys, and what it proves of sessions."""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = """
create table signed_value (
    id bigint generated always as identity primary key,
    station_id text not null references station,
    transaction text not null,
    received bytea not null,
    received_at timestamptz not null
);
-- A repeated message brings what is there already. A digest, as a record may be longer than an
-- index takes.
create unique index signed_value_once on signed_value (station_id, transaction, sha256(received));

-- Keys are added, never changed: an older session is judged by the key of its meter.
create table meter_key (
    station_id text not null references station,
    version integer not null,
    public_key text not null,
    added_at timestamptz not null default now(),
    primary key (station_id, version)
);

alter table session add signed_verdict text, add signed_reason text;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)
