"""Charging records, contracts, invoices, quarantine."""

from alembic import op

revision = "0001"
down_revision = None

SCHEMA = """
create table charging_records (
    session_id text primary key,
    event_id text not null unique,
    station_id text not null,
    site_id text not null,
    connector_id bigint not null,
    transaction_id bigint not null,
    token_uid text not null,
    time_zone text not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    meter_start_wh bigint not null,
    meter_stop_wh bigint not null,
    energy_wh bigint not null check (energy_wh >= 0),
    stop_reason text not null,
    site_month text not null,
    recorded_at timestamptz not null default now()
);
comment on column charging_records.site_month is 'YYYY-MM of the end, by the clock of the site';
create index on charging_records (token_uid, ended_at);
create index on charging_records (ended_at, session_id);
create index on charging_records (site_month, ended_at, session_id);

create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception '% is written once', tg_table_name; end $$;
create trigger written_once before update or delete on charging_records
    for each row execute function refuse_change();

create table contracts (
    contract_id text primary key,
    content jsonb not null,
    changed_at timestamptz not null default now()
);

create table contract_tokens (
    contract_id text not null references contracts,
    token_uid text not null,
    valid tstzrange not null,
    primary key (token_uid, contract_id, valid)
);
create index on contract_tokens (contract_id);

create table invoice_numbers (
    year int primary key,
    last int not null
);

create table invoices (
    number text primary key,
    contract_id text not null references contracts,
    period text not null,
    reason text not null,
    period_start timestamptz not null,
    period_end timestamptz not null,
    issue_date date not null,
    currency text not null,
    net numeric not null,
    vat_total numeric not null,
    total numeric not null,
    content bytea not null,
    issued_at timestamptz not null default now(),
    unique (contract_id, period, reason)
);
comment on column invoices.content is 'The invoice as JSON, byte for byte as in its document';
create trigger written_once before update or delete on invoices
    for each row execute function refuse_change();

create table invoiced_records (
    session_id text primary key references charging_records,
    number text not null references invoices,
    line int not null
);
create index on invoiced_records (number);
create trigger written_once before update or delete on invoiced_records
    for each row execute function refuse_change();

create table documents_due (
    number text primary key references invoices,
    due_at timestamptz not null default now()
);
comment on table documents_due is 'Invoices whose documents are not in the bucket yet';

create table quarantine (
    digest bytea primary key,
    body text not null,
    reason text not null,
    quarantined_at timestamptz not null default now()
);
comment on column quarantine.digest is 'SHA-256 of the body: a redelivery is the same message';
"""


def upgrade() -> None:
    """Make everything."""
    op.execute(SCHEMA)


def downgrade() -> None:
    """There is nothing before the first version."""
    raise NotImplementedError("restore a backup instead: invoices must not be dropped")
