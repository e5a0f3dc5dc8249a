"""What stations hold for tokens: local authorisation lists, and reservations."""

from alembic import op

revision = "0035"
down_revision = "0034"

TABLES = """
create table local_list (
    station_id text primary key references station,
    version integer not null,
    tokens json not null,
    set_at timestamptz not null default now(),
    command_id uuid not null,
    is_full boolean not null,
    answer text,
    answered_at timestamptz
);

create table reservation (
    id uuid primary key,
    number integer not null generated always as identity unique,
    company_id text not null,
    station_id text not null references station,
    connector_id integer not null,
    token_uid text not null,
    group_uid text,
    driver_id text,
    asked_at timestamptz not null default now(),
    expires_at timestamptz not null,
    state text not null default 'asked' check (state in (
        'asked', 'accepted', 'occupied', 'refused', 'used', 'expired', 'cancelled'
    )),
    answer text,
    over_at timestamptz,
    session_id uuid references session
);
create index reservation_of_company on reservation (company_id, number);
create index reservation_of_station on reservation (station_id, number);
create index reservation_held on reservation (station_id) where state in ('asked', 'accepted');

-- A session that begins with its token, or one of the token's group, uses it; stations' clocks are
-- a few minutes off.
create function use_reservation() returns trigger language plpgsql as $$ begin
    update reservation set state = 'used', session_id = fresh.id, over_at = fresh.started_at
    from fresh left join token
        on token.uid = fresh.token_uid and token.company_id = fresh.company_id
    where reservation.station_id = fresh.station_id and reservation.state in ('asked', 'accepted')
        and (reservation.connector_id = 0 or fresh.connector_id in (0, reservation.connector_id))
        and (reservation.token_uid = fresh.token_uid or reservation.group_uid = token.group_uid)
        and fresh.started_at between reservation.asked_at - interval '5 minutes'
            and reservation.expires_at + interval '5 minutes';
    return null;
end $$;
create trigger session_uses_reservation after insert on session
    referencing new table as fresh for each statement execute function use_reservation();

create function tell_reservation_change() returns trigger language plpgsql as $$ begin
    insert into change (company_id, driver_id, station_id, kind, data)
    select company_id, driver_id, station_id, 'reservation', jsonb_build_object(
        'id', id, 'connector_id', connector_id, 'token_uid', token_uid, 'state', state,
        'expires_at', expires_at, 'over_at', over_at, 'session_id', session_id)
    from fresh;
    return null;
end $$;
create trigger reservation_made after insert on reservation
    referencing new table as fresh for each statement execute function tell_reservation_change();
create trigger reservation_changed after update on reservation
    referencing new table as fresh for each statement execute function tell_reservation_change();
"""


def upgrade() -> None:
    """Make the tables, and let sessions use reservations."""
    op.execute(TABLES)
