"""Two versions of OCPP: what they say of connections, commands, connectors and transactions."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
-- Programs of before speak 1.6 only, and say so by saying nothing.
alter table station_connection add ocpp_version text not null default 'ocpp1.6';
alter table command add ocpp_version text not null default 'ocpp1.6';
create or replace view live_connection as
    select station_connection.* from station_connection
    join node on node.id = station_connection.node_id
    where node.seen_at > now() - interval '30 seconds';

-- In OCPP 1.6 there are no EVSEs: 0.
alter table connector_status add evse_id integer not null default 0;
alter table connector_status alter error_code drop not null;
alter table connector_status drop constraint connector_status_pkey,
    add primary key (station_id, evse_id, connector_id);

-- In OCPP 2.0.1 the station names a transaction, in 1.6 we do.
alter table session add station_transaction_id text;

-- The events of OCPP 2.0.1 that began, made out or ended a session. A station that repeats one
-- says it in the same words.
create table transaction_event (
    station_id text not null references station,
    station_transaction_id text not null,
    seq_no bigint not null,
    kind text not null check (kind in ('Started', 'Updated', 'Ended')),
    said_at timestamptz not null,
    received_at timestamptz not null,
    evse_id integer,
    token_uid text,
    authorization_status text,
    first_register_wh bigint,
    last_register_wh bigint,
    reason text,
    received text not null,
    primary key (station_id, station_transaction_id, seq_no, kind, said_at)
);
"""


def upgrade() -> None:
    """Make room for both."""
    op.execute(TABLES)
