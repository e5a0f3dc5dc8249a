"""What changed of stations, connectors and sessions, in order, for those who follow."""

from alembic import op

revision = "0015"
down_revision = "0014"

TABLES = """
-- Ids are given before their transactions commit, in another order: whoever reads in the order of
-- transactions, and only what is older than any transaction that is still open, misses nothing.
create table change (
    id bigint generated always as identity primary key,
    transaction xid8 not null default pg_current_xact_id(),
    at timestamptz not null default now(),
    company_id text not null,
    driver_id text,
    station_id text not null,
    kind text not null,
    data jsonb not null
);
create index change_of_company on change (company_id, transaction, id);
create index change_in_order on change (transaction, id);

create function tell_connector_change() returns trigger language plpgsql as $$ begin
    insert into change (company_id, station_id, kind, data)
    select station.company_id, station.id, 'connector', jsonb_build_object(
        'evse_id', fresh.evse_id, 'connector_id', fresh.connector_id, 'status', fresh.status,
        'error_code', fresh.error_code, 'reported_at', fresh.reported_at)
    from fresh join station on station.id = fresh.station_id;
    return null;
end $$;
create trigger connector_reported after insert on connector_status
    referencing new table as fresh for each statement execute function tell_connector_change();
create trigger connector_changed after update on connector_status
    referencing new table as fresh for each statement execute function tell_connector_change();

create function tell_connection_change() returns trigger language plpgsql as $$ begin
    insert into change (company_id, station_id, kind, data)
    select station.company_id, station.id, 'station',
        jsonb_build_object('online', tg_op <> 'DELETE')
    from moved join station on station.id = moved.station_id;
    return null;
end $$;
create trigger station_connected after insert on station_connection
    referencing new table as moved for each statement execute function tell_connection_change();
create trigger station_reconnected after update on station_connection
    referencing new table as moved for each statement execute function tell_connection_change();
create trigger station_disconnected after delete on station_connection
    referencing old table as moved for each statement execute function tell_connection_change();

create function tell_session_change() returns trigger language plpgsql as $$ begin
    insert into change (company_id, driver_id, station_id, kind, data)
    select company_id, driver_id, station_id, 'session', jsonb_build_object(
        'id', id, 'transaction_id', transaction_id, 'connector_id', connector_id,
        'status', case when ended_at is null then 'active' else 'ended' end,
        'started_at', started_at, 'ended_at', ended_at, 'energy_wh', energy_wh,
        'stop_reason', stop_reason)
    from fresh;
    return null;
end $$;
create trigger session_began after insert on session
    referencing new table as fresh for each statement execute function tell_session_change();
create trigger session_changed after update on session
    referencing new table as fresh for each statement execute function tell_session_change();
"""


def upgrade() -> None:
    """Make the table, and let what changes write into it."""
    op.execute(TABLES)
