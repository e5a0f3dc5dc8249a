"""Sites, stations, tokens, sessions, meter readings, quarantine and outbox."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
create table site (
    id text primary key,
    name text not null,
    kind text not null check (kind in ('workplace', 'home', 'public')),
    time_zone text not null
);

create table station (
    id text primary key,
    site_id text not null references site,
    connectors integer not null check (connectors > 0),
    key_salt bytea not null,
    key_digest bytea not null,
    boot jsonb,
    booted_at timestamptz
);
create index station_by_site on station (site_id);

create table connector_status (
    station_id text not null references station,
    connector_id integer not null,
    status text not null,
    error_code text not null,
    info text,
    vendor_error_code text,
    reported_at timestamptz not null,
    primary key (station_id, connector_id)
);

-- A connection belongs to the node that holds its socket; a node that is not seen holds none.
create table node (
    id uuid primary key,
    seen_at timestamptz not null
);
create sequence connection_epoch;
create table station_connection (
    station_id text primary key references station,
    epoch bigint not null,
    node_id uuid not null references node on delete cascade,
    connected_at timestamptz not null
);

create table token (
    uid text primary key,
    status text not null check (status in ('accepted', 'blocked')),
    driver text not null
);

create table session (
    id uuid primary key,
    transaction_id integer generated always as identity unique,
    start_identity text not null unique,
    station_id text not null references station,
    site_id text not null,
    time_zone text not null,
    connector_id integer not null,
    token_uid text not null,
    authorization_status text not null,
    started_at timestamptz not null,
    meter_start_wh bigint not null,
    ended_at timestamptz,
    meter_stop_wh bigint,
    energy_wh bigint check (energy_wh >= 0),
    stop_reason text
);
create index open_session on session (station_id) where ended_at is null;
create index session_by_station on session (station_id, transaction_id);

-- Transaction ids that stations made up may be of any size.
create table unmatched_stop (
    station_id text not null references station,
    transaction_id bigint not null,
    token_uid text,
    said_at timestamptz not null,
    received_at timestamptz not null,
    meter_stop_wh bigint not null,
    reason text not null,
    session_id uuid references session,
    primary key (station_id, transaction_id, said_at, meter_stop_wh)
);

create table meter_reading (
    station_id text not null,
    connector_id integer not null,
    transaction_id bigint,
    measured_at timestamptz not null,
    register_wh bigint,
    received text not null,
    received_at timestamptz not null
);
create index meter_reading_of_transaction on meter_reading (transaction_id, measured_at);

create table quarantine (
    id bigint generated always as identity primary key,
    station_id text not null,
    rule text not null,
    finding text not null,
    received text not null,
    received_at timestamptz not null
);

create table outbox (
    id bigint generated always as identity primary key,
    event text not null
);
"""


def upgrade() -> None:
    """Make the first tables."""
    op.execute(TABLES)
