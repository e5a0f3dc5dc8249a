"""Stops that wait are assigned by operators, those of transactions of OCPP 2.0.1, too."""

from alembic import op

revision = "0026"
down_revision = "0025"

TABLES = """
alter table unmatched_stop add station_transaction_id text, add matched_at timestamptz,
    add matched_by text, drop constraint unmatched_stop_pkey, add primary key (id);
create unique index stop_once on unmatched_stop
    (station_id, transaction_id, said_at, meter_stop_wh) where station_transaction_id is null;
create unique index end_once on unmatched_stop (station_id, station_transaction_id)
    where station_transaction_id is not null;
create index stop_waits on unmatched_stop (station_id) where session_id is null;

-- Ends whose transaction was never made out, each with what was told of it.
insert into unmatched_stop (station_id, transaction_id, station_transaction_id, token_uid, said_at,
    received_at, meter_stop_wh, reason)
select distinct on (station_id, station_transaction_id)
    station_id, 0, station_transaction_id, told.token_uid, said_at, received_at,
    coalesce(last_register_wh, told.register_wh, 0), coalesce(reason, 'Local')
from transaction_event as ended cross join lateral (
    select
        (array_agg(one.token_uid order by one.seq_no)
            filter (where one.token_uid is not null))[1] as token_uid,
        (array_agg(one.last_register_wh order by one.seq_no desc)
            filter (where one.last_register_wh is not null))[1] as register_wh
    from transaction_event as one
    where (one.station_id, one.station_transaction_id) =
        (ended.station_id, ended.station_transaction_id)
) as told
where kind = 'Ended' and not exists (
    select from session
    where start_identity = ended.station_id || '/transaction/' || ended.station_transaction_id
) and not exists (
    select from session where session.station_id = ended.station_id
        and session.transaction_id::text = ended.station_transaction_id
)
order by station_id, station_transaction_id, seq_no;
"""


def upgrade() -> None:
    """Make room, and find those that wait already."""
    op.execute(TABLES)
