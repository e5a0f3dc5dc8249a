"""A session may name the reservation that it uses; a connector that is free holds none any more."""

from alembic import op

revision = "0041"
down_revision = "0040"

SCHEMA = """
alter table session add reservation_number integer;
alter table transaction_event add reservation_number integer;
alter table reservation add freed_at timestamptz;

-- The one that the session names, whatever became of it until then; else the one of its token or
-- of the token's group that was in force when it began, though that was told late. Stations'
-- clocks are a few minutes off.
create function use_reservation(used session) returns void language plpgsql as $$ begin
    update reservation set state = 'used', session_id = used.id, over_at = used.started_at
    where station_id = used.station_id and number = used.reservation_number and state <> 'used';
    if found or exists (
        select from reservation where station_id = used.station_id
            and (session_id = used.id or number = used.reservation_number)
    ) then
        return;
    end if;
    update reservation set state = 'used', session_id = used.id, over_at = used.started_at
    where id = (
        select reservation.id from reservation left join token
            on token.uid = used.token_uid and token.company_id = used.company_id
        where reservation.station_id = used.station_id
            and state in ('asked', 'accepted', 'expired')
            and reservation.connector_id in (0, used.connector_id)
            and (reservation.token_uid = used.token_uid
                or reservation.group_uid = token.group_uid)
            and used.started_at between asked_at - interval '5 minutes'
                and case when state = 'expired' then over_at
                    else expires_at + interval '5 minutes' end
        order by reservation.connector_id = 0, expires_at limit 1
    );
end $$;

create or replace function use_reservation() returns trigger language plpgsql as $$ begin
    perform use_reservation(session) from session join fresh using (id)
    where session.reservation_number is not null or exists (
        select from reservation where reservation.station_id = session.station_id
            and reservation.expires_at > session.started_at - interval '5 minutes'
    );
    return null;
end $$;

create function use_reservation_late() returns trigger language plpgsql as $$ begin
    perform use_reservation(new);
    return null;
end $$;
create trigger session_uses_reservation_late
    after update of token_uid, connector_id, reservation_number on session
    for each row execute function use_reservation_late();

-- Whose driver was let in may leave it free for a moment, before the session begins.
create function free_reservation() returns trigger language plpgsql as $$ begin
    update reservation
    set freed_at = case new.status when 'Available' then new.reported_at end
    where station_id = new.station_id and state = 'accepted'
        and connector_id = case new.evse_id when 0 then new.connector_id else new.evse_id end;
    return null;
end $$;
create trigger connector_holds_reservation after update on connector_status for each row
    when (old.status <> new.status and (new.status = 'Reserved'
        or (old.status = 'Reserved' and new.status = 'Available')))
    execute function free_reservation();
"""


def upgrade() -> None:
    """Make the columns and the functions."""
    op.execute(SCHEMA)
